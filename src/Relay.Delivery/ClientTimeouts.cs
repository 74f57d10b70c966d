namespace Relay.Delivery;

/// <summary>
/// How long the client waits in each phase: RFC 5321 §4.5.3.2.1-6, whose minima are the defaults. The heartbeat checks
/// them, so they are exact to about a second.
/// </summary>
public sealed class ClientTimeouts
{
    /// <summary>The TCP handshake; the RFC names none, Postfix waits 30 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The initial 220 (§4.5.3.2.1).</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>EHLO, HELO, LHLO, RSET; not in the RFC, Sendmail's value.</summary>
    public TimeSpan Hello { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Each reply to AUTH and its answers; not in the RFC, Sendmail's value.</summary>
    public TimeSpan Auth { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The reply to STARTTLS and the handshake. Sendmail waits for an hour; an honest server needs seconds.
    /// </summary>
    public TimeSpan StartTls { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>MAIL (§4.5.3.2.2).</summary>
    public TimeSpan Mail { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>RCPT (§4.5.3.2.3).</summary>
    public TimeSpan Rcpt { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>DATA (§4.5.3.2.4).</summary>
    public TimeSpan DataInitiation { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Each write of content (§4.5.3.2.5).</summary>
    public TimeSpan DataBlock { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The reply to the final dot (§4.5.3.2.6): too short a wait makes duplicates.</summary>
    public TimeSpan DataTermination { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The reply to QUIT, which nobody needs.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(5);
}
