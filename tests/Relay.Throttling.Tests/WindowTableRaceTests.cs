using Relay.Testing;

namespace Relay.Throttling.Tests;

/// <summary>
/// Counts of many threads, exactly: where no key may lose its place, the numbers given out for it are 1 to N, each
/// once.
/// </summary>
public sealed class WindowTableRaceTests : IDisposable
{
    private const int Places = 8; // one set

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 0, 500, TimeSpan.Zero));
    private readonly Heartbeat _heartbeat;

    public WindowTableRaceTests()
    {
        _heartbeat = new Heartbeat(_time);
    }

    public void Dispose() => _heartbeat.Dispose();

    [Fact]
    public void New_keys_that_take_the_places_of_idle_ones_are_numbered_exactly()
    {
        // Four keys and what four threads may hold in passing fill the set, so that none must be pushed out.
        const int threads = 4;
        const int keys = 4;
        const int times = 3;
        var table = new WindowTable(_heartbeat, Places);
        for (int round = 0; round < 500; round++)
        {
            int first = round * 2; // half of the keys are those of the last round, idle by now
            var numbers = new Numbers(keys, threads * times);
            Together(threads, thread =>
            {
                for (int n = 0; n < keys * times; n++)
                {
                    int key = (n + (round % 3 == 0 ? 0 : thread)) % keys;
                    numbers.Add(key, table.Add(Key(first + key)));
                }
            });

            numbers.AssertEachOnce(from: 1);
            _time.Advance(TimeSpan.FromSeconds(70));
        }
    }

    [Fact]
    public void A_busy_key_is_numbered_exactly_while_strangers_push_one_another_out_of_its_set()
    {
        const int threads = 4;
        const int times = 400;
        var table = new WindowTable(_heartbeat, Places);
        int stranger = 1_000_000;
        for (int round = 0; round < 60; round++)
        {
            AddressKey busy = Key(round);
            table.Add(busy);
            table.Add(busy);
            var numbers = new Numbers(1, threads * times);
            Together(threads, _ =>
            {
                for (int n = 0; n < times; n++)
                {
                    numbers.Add(0, table.Add(busy));
                    table.Add(Key(Interlocked.Increment(ref stranger)));
                }
            });

            numbers.AssertEachOnce(from: 3);
            _time.Advance(TimeSpan.FromSeconds(70));
        }
    }

    [Fact]
    public void No_count_is_lost_when_ten_seconds_end_while_threads_count()
    {
        const int threads = 4;
        const int times = 600;
        var table = new WindowTable(_heartbeat, 64);
        for (int round = 0; round < 60; round++)
        {
            AddressKey key = Key(round % 5); // each comes again when it has been idle
            var numbers = new Numbers(1, threads * times);
            Together(threads, thread =>
            {
                for (int n = 1; n <= times; n++)
                {
                    numbers.Add(0, table.Add(key));
                    if (thread == 0 && n % (times / 5) == 0 && n < times)
                    {
                        _time.Advance(TimeSpan.FromSeconds(10)); // four times: all stay in the window
                    }
                }
            });

            numbers.AssertEachOnce(from: 1);
            Assert.Equal(threads * times, table.CountOf(key));
            _time.Advance(TimeSpan.FromSeconds(70));
        }
    }

    private static AddressKey Key(int n) => new(((UInt128)0xFFFF << 32) | (uint)n);

    private static void Together(int threads, Action<int> work)
    {
        using var start = new Barrier(threads);
        Thread[] all = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            start.SignalAndWait();
            work(number);
        }))];
        Array.ForEach(all, static thread => thread.Start());
        Array.ForEach(all, static thread => thread.Join());
    }

    /// <summary>What each key was told, from all threads.</summary>
    private sealed class Numbers(int keys, int each)
    {
        private readonly int[][] _numbers = [.. Enumerable.Range(0, keys).Select(_ => new int[each])];
        private readonly int[] _used = new int[keys];

        public void Add(int key, int number) => _numbers[key][Interlocked.Increment(ref _used[key]) - 1] = number;

        public void AssertEachOnce(int from)
        {
            foreach (int[] numbers in _numbers)
            {
                Array.Sort(numbers);
                Assert.Equal(Enumerable.Range(from, numbers.Length), numbers);
            }
        }
    }
}
