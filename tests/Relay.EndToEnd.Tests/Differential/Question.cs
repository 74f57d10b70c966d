namespace Relay.EndToEnd.Tests.Differential;

/// <summary>One SMTP session that is asked of both programs: who comes, and what MAIL and RCPT say.</summary>
/// <param name="Client">The address that the client connects from, in 127.0.0.0/8 or ::1.</param>
/// <param name="Helo">The name that EHLO gives.</param>
/// <param name="Mail">What follows <c>MAIL FROM:</c>, as it is sent.</param>
/// <param name="Rcpt">What follows <c>RCPT TO:</c>, as it is sent.</param>
internal sealed record Question(string Client, string Helo, string Mail, string Rcpt)
{
    public override string ToString() => $"{Client} EHLO {Helo} MAIL FROM:{Mail} RCPT TO:{Rcpt}";
}
