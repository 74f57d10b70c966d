using Relay.Testing;

namespace Relay.Throttling.Tests;

public class HeartbeatTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Every_handler_is_called_once_per_second_with_the_clock()
    {
        using var heartbeat = new Heartbeat(_time);
        var first = new Recorder();
        var second = new Recorder();
        heartbeat.Register(first);
        heartbeat.Register(second);
        heartbeat.Register(second);
        long start = heartbeat.Now;

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal([start + 1000, start + 2000, start + 3000], first.Beats);
        Assert.Equal(first.Beats, second.Beats);
        Assert.Equal(start + 3000, heartbeat.Now);
    }

    [Fact]
    public void Nothing_is_called_between_beats_nor_after_leaving()
    {
        using var heartbeat = new Heartbeat(_time);
        var handler = new Recorder();
        heartbeat.Register(handler);

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(handler.Beats);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(handler.Beats);
        heartbeat.Unregister(handler);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(handler.Beats);
    }

    [Fact]
    public void A_disposed_heartbeat_is_still()
    {
        var heartbeat = new Heartbeat(_time);
        var handler = new Recorder();
        heartbeat.Register(handler);
        heartbeat.Dispose();

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(handler.Beats);
    }

    [Fact]
    public void A_handler_may_leave_while_it_is_called()
    {
        using var heartbeat = new Heartbeat(_time);
        var handler = new Recorder();
        handler.OnBeat = () => heartbeat.Unregister(handler);
        heartbeat.Register(handler);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(handler.Beats);
    }

    [Fact]
    public void Beats_do_not_overlap_and_a_long_one_only_skips_the_next()
    {
        using var heartbeat = new Heartbeat(_time);
        var handler = new Recorder();
        handler.OnBeat = () =>
        {
            if (handler.Beats.Count == 1)
            {
                heartbeat.Tick(); // what a second timer thread would do meanwhile
            }
        };
        heartbeat.Register(handler);

        heartbeat.Tick();
        Assert.Single(handler.Beats);
        heartbeat.Tick();
        Assert.Equal(2, handler.Beats.Count);
    }

    [Fact]
    public void An_exception_of_one_handler_is_told_and_keeps_no_other_from_its_beat()
    {
        using var heartbeat = new Heartbeat(_time);
        var failures = new List<Exception>();
        heartbeat.OnFailure = failures.Add;
        var expected = new InvalidOperationException("a fault");
        Recorder[] handlers = [new(), new(), new()];
        handlers[1].OnBeat = () => throw expected;
        Array.ForEach(handlers, heartbeat.Register);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.All(handlers, static handler => Assert.Equal(2, handler.Beats.Count));
        Assert.Equal([expected, expected], failures);
    }

    private sealed class Recorder : IHeartbeatHandler
    {
        public List<long> Beats { get; } = [];

        public Action? OnBeat { get; set; }

        public void OnHeartbeat(long now)
        {
            Beats.Add(now);
            OnBeat?.Invoke();
        }
    }
}
