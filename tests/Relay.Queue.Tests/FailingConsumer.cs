using Relay.Smtp;

namespace Relay.Queue.Tests;

/// <summary>Throws a number of times, then notes what becomes ready.</summary>
internal sealed class FailingConsumer(RecordingConsumer inner, int failures) : IQueueConsumer
{
    private int _left = failures;

    public void Ready(QueueId id, uint tag, Envelope? envelope)
    {
        if (Interlocked.Decrement(ref _left) >= 0)
        {
            throw new InvalidOperationException("The consumer fails for the test.");
        }

        inner.Ready(id, tag, envelope);
    }
}
