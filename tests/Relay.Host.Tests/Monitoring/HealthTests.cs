using System.Reflection;
using Relay.Host.Monitoring;
using Relay.Queue;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Host.Tests.Monitoring;

/// <summary>Why to start the program anew, and why to send mail elsewhere: what /healthz and /readyz say.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Heartbeat _heartbeat;
    private readonly QueueCondition _queue;
    private readonly Health _health;
    private int _listeners = 1;

    public HealthTests()
    {
        _heartbeat = new Heartbeat(_time);
        IMailQueue queue = DispatchProxy.Create<IMailQueue, QueueCondition>();
        _queue = (QueueCondition)(object)queue;
        _health = new Health(queue, _heartbeat, () => _listeners);
    }

    public void Dispose() => _heartbeat.Dispose();

    [Fact]
    public void Until_the_queue_is_recovered_it_lives_and_is_not_ready()
    {
        Assert.Equal(["starting: the queue is being recovered"], _health.ReasonsNotReady());
        Assert.Empty(_health.ReasonsNotAlive());
        _health.OnStarted();
        Assert.Empty(_health.ReasonsNotReady());
    }

    [Theory]
    [InlineData(MailQueueError.InsufficientStorage, "no space for the queue")]
    [InlineData(MailQueueError.StorageFailed, "the queue's storage failed; it is tried again")]
    [InlineData(MailQueueError.Stopping, "the queue is stopping")]
    public void A_queue_that_takes_nothing_is_a_reason_as_long_as_that_lasts(MailQueueError condition, string reason)
    {
        _health.OnStarted();
        _queue.Condition = condition;
        Assert.Equal([reason], _health.ReasonsNotReady());
        Assert.Empty(_health.ReasonsNotAlive());
        _queue.Condition = MailQueueError.None;
        Assert.Empty(_health.ReasonsNotReady());
    }

    [Fact]
    public void All_reasons_are_told_at_once()
    {
        _health.OnStarted();
        _health.OnStopping();
        _listeners = 0;
        _queue.Condition = MailQueueError.InsufficientStorage;
        Assert.Equal(["stopping", "no listener is bound", "no space for the queue"], _health.ReasonsNotReady());
        Assert.Empty(_health.ReasonsNotAlive());
    }

    [Fact]
    public void A_heart_that_beats_no_more_for_over_15_seconds_is_a_reason_to_start_the_program_anew()
    {
        _health.OnStarted();
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(_health.ReasonsNotAlive());
        _heartbeat.Dispose(); // it is still
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(_health.ReasonsNotAlive());
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["the heartbeat is 16 seconds late"], _health.ReasonsNotAlive());
        Assert.Equal(["the heartbeat is 16 seconds late"], _health.ReasonsNotReady());
    }

    /// <summary>A queue of which nothing but its condition is asked.</summary>
#pragma warning disable CA1852, CA1515 // a proxy is derived of it
    public class QueueCondition : DispatchProxy
#pragma warning restore CA1852, CA1515
    {
        internal MailQueueError Condition { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == $"get_{nameof(IMailQueue.Condition)}"
                ? Condition
                : throw new InvalidOperationException(targetMethod.Name);
    }
}
