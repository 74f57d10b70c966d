using Relay.Testing;

namespace Relay.Throttling.Tests;

public sealed class DelayQueueTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly DelayQueue _queue;
    private readonly List<string> _ran = [];

    public DelayQueueTests()
    {
        _queue = new DelayQueue(_time, static entry => ((IThreadPoolWorkItem)entry).Execute());
    }

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Each_entry_runs_once_when_its_time_has_come_and_not_a_millisecond_before()
    {
        Add("c", 300);
        Add("a", 100);
        Add("b", 200);
        Add("now", 0);

        Advance(1);
        Assert.Equal(["now"], _ran);
        Advance(98);
        Assert.Equal(["now"], _ran);
        Advance(1);
        Assert.Equal(["now", "a"], _ran);
        Advance(1000);
        Assert.Equal(["now", "a", "b", "c"], _ran);
        Assert.Equal(0, _queue.Count);
        Advance(10_000);
        Assert.Equal(4, _ran.Count);
    }

    [Fact]
    public void An_earlier_entry_than_all_before_it_comes_first()
    {
        Add("late", 5000);
        Add("early", 10);
        Advance(10);
        Assert.Equal(["early"], _ran);
    }

    [Fact]
    public void A_removed_entry_does_not_run_and_may_be_added_again()
    {
        DelayEntry entry = Add("a", 100);
        Add("b", 100);
        Assert.True(_queue.Remove(entry));
        Assert.False(_queue.Remove(entry));
        Advance(100);
        Assert.Equal(["b"], _ran);
        _queue.Add(entry, TimeSpan.FromMilliseconds(50));
        Advance(50);
        Assert.Equal(["b", "a"], _ran);
        Assert.False(_queue.Remove(entry));
    }

    [Fact]
    public void An_entry_may_wait_again_from_its_own_callback()
    {
        DelayEntry? entry = null;
        int runs = 0;
        entry = new DelayEntry(() =>
        {
            if (++runs < 3)
            {
                _queue.Add(entry!, TimeSpan.FromMilliseconds(10));
            }
        });
        _queue.Add(entry, TimeSpan.FromMilliseconds(10));
        Advance(100);
        Assert.Equal(3, runs);
    }

    [Fact]
    public void A_disposed_queue_runs_nobody()
    {
        Add("a", 10);
        _queue.Dispose();
        Advance(100);
        Add("b", 10);
        Advance(100);
        Assert.Empty(_ran);
    }

    [Fact]
    public void Any_order_of_adding_and_removing_leaves_the_order_of_time()
    {
        var random = new Random(1);
        for (int round = 0; round < 50; round++)
        {
            _ran.Clear();
            List<(DelayEntry Entry, int Due)> entries = [.. Enumerable.Range(0, 200)
                .Select(_ => random.Next(1, 1000))
                .Select(due => (Add($"{due}", due), due))];
            foreach ((DelayEntry entry, int due) in entries.ToArray())
            {
                if (random.Next(3) == 0)
                {
                    Assert.True(_queue.Remove(entry));
                    entries.Remove((entry, due));
                }
            }

            Advance(1000);
            Assert.Equal(entries.Select(e => e.Due).Order(), _ran.Select(int.Parse));
        }
    }

    [Fact]
    public void A_hundred_thousand_may_wait_on_one_timer()
    {
        int ran = 0;
        for (int n = 0; n < 100_000; n++)
        {
            _queue.Add(new DelayEntry(() => ran++), TimeSpan.FromMilliseconds(5000 - (n % 5000)));
        }

        Assert.Equal(100_000, _queue.Count);
        Advance(2500);
        Assert.Equal(50_000, ran);
        Advance(2500);
        Assert.Equal(100_000, ran);
    }

    [Fact]
    public void On_the_real_clock_every_entry_of_several_threads_runs_or_is_removed_exactly_once()
    {
        using var queue = new DelayQueue(TimeProvider.System);
        long added = 0;
        long ended = 0;
        Stress.Run(number =>
        {
            var entry = new DelayEntry(() => Interlocked.Increment(ref ended));
            Interlocked.Increment(ref added);
            queue.Add(entry, TimeSpan.FromMilliseconds(number));
            if (number % 2 == 0 && queue.Remove(entry))
            {
                Interlocked.Increment(ref ended);
            }
        });

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        SpinWait.SpinUntil(() => Interlocked.Read(ref ended) == added || limit.IsCancellationRequested);
        Assert.Equal(added, Interlocked.Read(ref ended));
        Assert.Equal(0, queue.Count);
    }

    private DelayEntry Add(string name, int milliseconds)
    {
        var entry = new DelayEntry(() => _ran.Add(name));
        _queue.Add(entry, TimeSpan.FromMilliseconds(milliseconds));
        return entry;
    }

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
