namespace Relay.Server.Policies;

/// <summary>What happens to a sender; <c>default</c> accepts it as it is.</summary>
public readonly struct MailDecision
{
    public static MailDecision Accept => default;

    public bool IsAccepted => Refusal is null;

    /// <summary>One complete reply without CRLF; a 421 also ends the session. Null if accepted.</summary>
    public byte[]? Refusal { get; init; }

    /// <summary>The message is accepted, its recipients unseen, and dropped (access: <c>DISCARD</c>).</summary>
    public bool DiscardsMessage { get; init; }

    /// <summary>
    /// If not null, the message is accepted and held, and this says why (access: <c>QUARANTINE:reason</c>).
    /// </summary>
    public byte[]? HoldReason { get; init; }

    /// <summary>
    /// If not null, the envelope's reverse-path from here on: a mailbox without brackets, empty for the null one
    /// (domain table, masquerading, qualification). The client is answered with what it sent.
    /// </summary>
    public byte[]? ReversePath { get; init; }

    public static MailDecision Refuse(byte[] reply) => new() { Refusal = reply };
}
