namespace Relay.Server.Policies;

/// <summary>What happens to a recipient; <c>default</c> accepts it as it is.</summary>
public readonly struct RcptDecision
{
    public static RcptDecision Accept => default;

    public bool IsAccepted => Refusal is null;

    /// <summary>One complete reply without CRLF; a 421 also ends the session. Null if accepted.</summary>
    public byte[]? Refusal { get; init; }

    /// <summary>
    /// The whole message is accepted, for all its recipients, and dropped (access: <c>DISCARD</c>).
    /// </summary>
    public bool DiscardsMessage { get; init; }

    /// <summary>
    /// If not null, the whole message is accepted and held, and this says why (access: <c>QUARANTINE:reason</c>).
    /// </summary>
    public byte[]? HoldReason { get; init; }

    /// <summary>
    /// If not null, these recipients take the place of the one that was given (virtusertable, aliases, hub), each
    /// with the given one as its ORCPT if the client gave none. Empty: accepted, and nobody gets it. Of several equal
    /// ones in an envelope one is kept. Not changed afterwards.
    /// </summary>
    public IReadOnlyList<ReplacementRecipient>? Replacements { get; init; }

    public static RcptDecision Refuse(byte[] reply) => new() { Refusal = reply };
}
