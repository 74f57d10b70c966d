using Relay.Smtp;

namespace Relay.Queue;

/// <summary>
/// A message opened for one job (<see cref="IMailQueue.TryOpen"/>): its envelope, the recipients' states, its content.
/// Reused for message after message by its owner; one caller at a time.
/// </summary>
public abstract class QueuedMessage : IDisposable
{
    public QueueId Id { get; protected set; }

    public Envelope Envelope { get; } = new();

    public DateTimeOffset Received { get; protected set; }

    public ContentFlags Flags { get; protected set; }

    /// <summary>Content in wire form (dot-stuffed, ends in CRLF), trace fields included, in octets.</summary>
    public long WireLength { get; protected set; }

    /// <summary>The SMTP size of the content: <see cref="WireLength"/> less the stuffed dots.</summary>
    public long Size { get; protected set; }

    /// <summary>Attempts made so far, of any recipient.</summary>
    public int Attempts { get; protected set; }

    /// <summary>Why the message is held; empty if it is not or nobody said. Dies with the next open.</summary>
    public abstract ReadOnlySpan<byte> HoldReason { get; }

    /// <summary>The state of a recipient at the time of opening.</summary>
    public abstract RecipientStatus GetStatus(int ordinal);

    /// <summary>The sender was told of the recipient's delay (<see cref="RecipientOutcome.DelayNotified"/>).</summary>
    public abstract bool IsDelayNotified(int ordinal);

    /// <summary>The last reply kept for a recipient; empty if none. Dies with the next open.</summary>
    public abstract ReadOnlySpan<byte> GetLastReply(int ordinal);

    /// <summary>
    /// Reads content from <paramref name="offset"/> (wire form); the count is less than asked only at the end. Reads
    /// come from the page cache as a rule and are synchronous. Each stored piece is checked against its checksum.
    /// </summary>
    /// <exception cref="MailQueueException">Damaged or storage failed.</exception>
    public abstract int Read(long offset, Span<byte> destination);

    public abstract void Dispose();
}
