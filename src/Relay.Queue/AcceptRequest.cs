using Relay.Smtp;

namespace Relay.Queue;

/// <summary>What goes with the content when a message is accepted. Reused by its owner; not thread-safe.</summary>
public sealed class AcceptRequest
{
    public AcceptRequest(Envelope envelope)
    {
        Envelope = envelope;
    }

    public Envelope Envelope { get; }

    /// <summary>
    /// The trace fields of this hop (RFC 5321 §4.4) in wire form: the first octets of the message, before all content
    /// given to <see cref="IncomingMessage.AppendAsync"/>. Must stay unchanged until the accept completes.
    /// </summary>
    public ReadOnlyMemory<byte> Prologue { get; set; }

    public ContentFlags Flags { get; set; }

    /// <summary>Stuffed dots in the content: wire length minus this is the message's size.</summary>
    public long StuffedDotCount { get; set; }

    /// <summary>Not to be attempted until released; for mail that must be kept and has nowhere to go.</summary>
    public bool Hold { get; set; }

    /// <summary>Why it is held; shown by the queue commands. May be empty.</summary>
    public ReadOnlyMemory<byte> HoldReason { get; set; }

    /// <summary>How long after its acceptance the message is ready for the first time; zero is at once.</summary>
    public TimeSpan FirstWait { get; set; }

    /// <summary>
    /// A delivery status notification's parent: its recipients change as <see cref="ParentOutcomes"/> says in the same
    /// record, so neither a crash nor a retry can lose or double the notification. Outcomes that are not terminal add
    /// the mark <see cref="RecipientOutcome.DelayNotified"/> and leave the state of a recipient that was tried before
    /// as it is. Default for ordinary mail.
    /// </summary>
    public QueueId Parent { get; set; }

    public IReadOnlyList<RecipientOutcome> ParentOutcomes { get; set; } = [];

    public void Reset()
    {
        Envelope.Reset();
        Prologue = default;
        Flags = ContentFlags.None;
        StuffedDotCount = 0;
        Hold = false;
        HoldReason = default;
        FirstWait = TimeSpan.Zero;
        Parent = default;
        ParentOutcomes = [];
    }
}
