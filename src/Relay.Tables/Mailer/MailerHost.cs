namespace Relay.Tables.Mailer;

/// <summary>One host of a target.</summary>
/// <param name="Host">A folded host name, an IP address without brackets, or <c>unix:/path</c>.</param>
/// <param name="Port">The port given or the mailer's own.</param>
/// <param name="UseMx">True for a name without brackets: its MX records are asked first.</param>
/// <param name="Preference">Lower first; hosts separated by a comma are equal and to be shuffled.</param>
public sealed record MailerHost(string Host, int Port, bool UseMx, int Preference);
