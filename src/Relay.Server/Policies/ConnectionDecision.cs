namespace Relay.Server.Policies;

/// <summary>
/// What happens to a connection; <c>default</c> accepts it without conditions. Refusals are complete replies without
/// CRLF: a 421 is sent in place of the greeting and closes; any other is kept, and answers every command that moves
/// mail (Sendmail: a connection rejected by check_relay).
/// </summary>
public readonly struct ConnectionDecision
{
    public static ConnectionDecision Accept => default;

    public bool IsAccepted => Refusal is null;

    /// <summary>One line without CRLF, e.g. <c>550 5.7.1 Access denied</c>; null if accepted.</summary>
    public byte[]? Refusal { get; init; }

    /// <summary>Every message of the session is accepted and dropped (access: <c>DISCARD</c>).</summary>
    public bool DiscardsMessages { get; init; }

    /// <summary>
    /// If not null, every message of the session is accepted and held, and this says why (access:
    /// <c>QUARANTINE:reason</c>).
    /// </summary>
    public byte[]? HoldReason { get; init; }

    /// <summary>
    /// How long the client must be silent before it is greeted (Sendmail: greet_pause); zero is not at all, more
    /// than five minutes are five minutes. Has no effect on a refused connection.
    /// </summary>
    public TimeSpan GreetPause { get; init; }

    /// <summary>
    /// Connections from the client's address per 60 seconds; beyond it the connection is refused with 452. 0 is
    /// unlimited (access: <c>ClientRate:</c>).
    /// </summary>
    public int ClientRateMax { get; init; }

    /// <summary>
    /// Open connections from the client's address; beyond it the connection is refused with 452. 0 is unlimited
    /// (access: <c>ClientConn:</c>).
    /// </summary>
    public int ClientConnectionsMax { get; init; }

    /// <summary>
    /// Connections beyond <see cref="ClientRateMax"/> and <see cref="ClientConnectionsMax"/> get 421 and are closed
    /// (the option <c>terminate</c> of ratecontrol and conncontrol).
    /// </summary>
    public bool LimitsTerminate { get; init; }

    /// <summary>STARTTLS is not offered to this client (access: <c>Srv_Features:</c> with <c>S</c>).</summary>
    public bool HidesStartTls { get; init; }

    /// <summary>This client is not asked for a certificate (access: <c>Srv_Features:</c> with <c>V</c>).</summary>
    public bool AsksForNoCertificate { get; init; }

    /// <summary>
    /// What holds for this client as if its listener had it, too (access: <c>Srv_Features:</c> with <c>l</c>, <c>A</c>,
    /// <c>E</c>). Of the letters that the session itself follows: <c>a</c>, <c>A</c> and <c>E</c>.
    /// </summary>
    public ListenerModifiers Modifiers { get; init; }

    public static ConnectionDecision Refuse(byte[] reply) => new() { Refusal = reply };
}
