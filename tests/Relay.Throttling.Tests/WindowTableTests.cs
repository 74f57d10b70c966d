using Relay.Testing;

namespace Relay.Throttling.Tests;

public sealed class WindowTableTests : IDisposable
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 0, 500, TimeSpan.Zero));
    private readonly Heartbeat _heartbeat;

    public WindowTableTests()
    {
        _heartbeat = new Heartbeat(_time);
    }

    public void Dispose() => _heartbeat.Dispose();

    [Fact]
    public void A_key_is_counted_over_the_last_minute_in_tens_of_seconds()
    {
        var table = new WindowTable(_heartbeat, 64);
        AddressKey key = Key(1);
        for (int n = 1; n <= 5; n++)
        {
            Assert.Equal(n, table.Add(key));
            Advance(10);
        }

        Assert.Equal(6, table.Add(key)); // 50 s after the first
        Advance(10);
        Assert.Equal(6, table.Add(key)); // the first has left
        Advance(49);
        Assert.Equal(2, table.CountOf(key));
        Advance(11);
        Assert.Equal(0, table.CountOf(key));
        Assert.Equal(1, table.Add(key));
    }

    [Fact]
    public void Keys_do_not_count_for_one_another_and_asking_does_not_count()
    {
        var table = new WindowTable(_heartbeat, 1024);
        for (int n = 0; n < 100; n++)
        {
            Assert.Equal(1, table.Add(Key(n)));
        }

        for (int n = 0; n < 100; n++)
        {
            Assert.Equal(1, table.CountOf(Key(n)));
        }

        Assert.Equal(0, table.CountOf(Key(1000)));
        Assert.Equal(2, table.Add(new AddressKey(Key(7).Network)));
    }

    [Fact]
    public void An_idle_key_makes_room_before_an_active_one()
    {
        var table = new WindowTable(_heartbeat, 8); // one set
        for (int n = 0; n < 8; n++)
        {
            table.Add(Key(n));
        }

        Advance(55);
        for (int n = 0; n < 7; n++)
        {
            table.Add(Key(n)); // all but the last stay active
        }

        Advance(15);
        table.Add(Key(100));
        Assert.Equal(1, table.CountOf(Key(100)));
        Assert.All(Enumerable.Range(0, 7), n => Assert.Equal(1, table.CountOf(Key(n))));
    }

    [Fact]
    public void A_million_addresses_stay_within_the_fixed_memory_and_do_not_push_out_a_busy_one()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var table = new WindowTable(_heartbeat, 65536);
        AddressKey busy = Key(-1);
        int count = 0;
        for (int n = 0; n < 1_000_000; n++)
        {
            table.Add(Key(n));
            if (n % 100 == 0 && ++count != table.Add(busy))
            {
                Assert.Fail($"{count} became {table.CountOf(busy)}");
            }
        }

        Assert.Equal(65536, table.Capacity);
        Assert.Equal(10_000, table.CountOf(busy));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (65536 * 64) + 10_000);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var table = new WindowTable(_heartbeat, 4096);
        table.Add(Key(0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int n = 0; n < 100_000; n++)
        {
            table.Add(Key(n));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Threads_together_lose_no_count_and_find_one_place_for_each_key()
    {
        var table = new WindowTable(_heartbeat, 4096);
        long[] added = new long[32];
        Stress.Run(number =>
        {
            for (int n = 0; n < added.Length; n++)
            {
                table.Add(Key(n));
                Interlocked.Increment(ref added[n]);
            }
        });

        Assert.Equal(added, Enumerable.Range(0, added.Length).Select(n => (long)table.CountOf(Key(n))));
    }

    [Fact]
    public void Of_threads_that_count_one_key_at_once_each_gets_a_number_of_its_own()
    {
        const int keys = 20_000;
        const int times = 64;
        var table = new WindowTable(_heartbeat, 1 << 18);
        int[] passed = new int[keys];
        int next = -1;
        Stress.Run(number =>
        {
            int n = Interlocked.Increment(ref next) / times;
            if (n < keys && table.Add(Key(n)) <= times / 2)
            {
                Interlocked.Increment(ref passed[n]);
            }
        });

        Assert.True(next > times);
        Assert.All(passed[..Math.Min(keys, next / times)], static count => Assert.Equal(times / 2, count));
    }

    [Fact]
    public void A_limit_holds_while_threads_pass_a_million_other_addresses_through()
    {
        var table = new WindowTable(_heartbeat, 1024);
        AddressKey limited = Key(-1);
        long passed = 0;
        int next = 0;
        Stress.Run(number =>
        {
            if (number % 2 == 0)
            {
                if (table.Add(limited) <= 100)
                {
                    Interlocked.Increment(ref passed);
                }
            }
            else
            {
                table.Add(Key(Interlocked.Increment(ref next)));
            }
        });

        // A place may be lost to a newcomer only before it has been counted twice.
        Assert.InRange(passed, 100, 100 + Stress.ThreadCount);
    }

    private static AddressKey Key(int n) => new(((UInt128)0xFFFF << 32) | (uint)n);

    private void Advance(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
