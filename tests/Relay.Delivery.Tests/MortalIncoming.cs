using System.Buffers;
using Relay.Queue;

namespace Relay.Delivery.Tests;

/// <summary>A message that is accepted only while its queue lives.</summary>
internal sealed class MortalIncoming(IncomingMessage inner, RecordingQueue queue) : IncomingMessage
{
    public override void Begin()
    {
        inner.Begin();
        Id = inner.Id;
    }

    public override ValueTask AppendAsync(ReadOnlySequence<byte> content) => inner.AppendAsync(content);

    public override ValueTask AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> rest) => queue.TryWrite()
        ? inner.AcceptAsync(request, rest)
        : throw new MailQueueException(MailQueueError.Stopping, "killed by the test");

    public override void Abort() => inner.Abort();

    public override void Dispose() => inner.Dispose();
}
