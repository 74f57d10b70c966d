using Relay.Smtp.Replies;

namespace Relay.Queue;

/// <summary>The new state of one recipient after an attempt.</summary>
/// <param name="Ordinal">The recipient's place in the envelope.</param>
/// <param name="Reply">The remote or local reply text, at most 200 octets are kept. May be empty.</param>
public readonly record struct RecipientOutcome(
    ushort Ordinal,
    RecipientStatus Status,
    ushort ReplyCode,
    EnhancedStatusCode EnhancedCode,
    ReadOnlyMemory<byte> Reply)
{
    /// <summary>
    /// The sender has been told of the recipient's delay: a mark that stays, whatever later outcomes say.
    /// </summary>
    public bool DelayNotified { get; init; }
}
