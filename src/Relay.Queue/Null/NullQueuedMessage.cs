namespace Relay.Queue.Null;

/// <summary>A view of a <see cref="NullMessage"/> that it keeps alive until the next open or the end.</summary>
internal sealed class NullQueuedMessage(NullMailQueue queue) : QueuedMessage
{
    public NullMessage? Message { get; private set; }

    public override ReadOnlySpan<byte> HoldReason => Message is { Held: true } message ? message.HoldReason : default;

    public override RecipientStatus GetStatus(int ordinal) => Current().Statuses[ordinal];

    public override bool IsDelayNotified(int ordinal) => Current().DelayNotified[ordinal];

    public override ReadOnlySpan<byte> GetLastReply(int ordinal) => Current().Replies[ordinal];

    public override int Read(long offset, Span<byte> destination) => Current().Read(offset, destination);

    public override void Dispose()
    {
        if (Message is { } message)
        {
            Message = null;
            queue.Release(message);
        }

        Envelope.Dispose();
    }

    public void Open(NullMessage message)
    {
        Message = message;
        Id = message.Id;
        Received = message.Received;
        Flags = message.Flags;
        WireLength = message.WireLength;
        Size = message.WireLength - message.StuffedDotCount;
        Attempts = message.Attempts;
        EnvelopeCopier.Copy(message.Envelope, Envelope);
    }

    public void Close() => Message = null;

    private NullMessage Current() => Message ?? throw new InvalidOperationException("No message is open.");
}
