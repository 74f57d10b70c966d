using System.Collections.Concurrent;
using Relay.Testing;

namespace Relay.Queue.Tests;

/// <summary>A started queue of some engine, a clock that stands still and a consumer that notes.</summary>
public abstract class MailQueueTestBase : IAsyncLifetime
{
    private readonly QueueEngine _engine;

    private protected MailQueueTestBase(QueueEngine engine)
    {
        _engine = engine;
    }

    private protected ManualTimeProvider Time { get; } = new();

    private protected RecordingConsumer Consumer { get; private set; } = new();

    private protected ConcurrentQueue<MailQueueIncident> Incidents => _engine.Incidents;

    private protected IMailQueue Queue { get; private set; } = null!;

    /// <summary>Messages survive <see cref="ReopenAsync"/>.</summary>
    private protected bool IsPersistent => _engine.IsPersistent;

    public ValueTask InitializeAsync()
    {
        Queue = _engine.Open(Time, QueueEngine.MessagesMax);
        Queue.Start(Consumer);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Queue.DisposeAsync();
        _engine.Dispose();
    }

    /// <summary>Closes the queue and opens it again; a queue that keeps nothing stays as it is.</summary>
    private protected async Task ReopenAsync()
    {
        if (IsPersistent)
        {
            await OpenAnewAsync();
            Queue.Start(Consumer);
        }
    }

    /// <summary>Closes the queue and opens it again, or another one, not started.</summary>
    private protected async Task OpenAnewAsync(long messagesMax = QueueEngine.MessagesMax)
    {
        await Queue.DisposeAsync();
        Queue = _engine.Open(Time, messagesMax);
        Consumer = new RecordingConsumer();
    }
}
