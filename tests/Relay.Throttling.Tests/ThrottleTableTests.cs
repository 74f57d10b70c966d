using Relay.Testing;

namespace Relay.Throttling.Tests;

public class ThrottleTableTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Each_key_has_a_bucket_of_its_own()
    {
        var table = new ThrottleTable<int>(_time, perSecond: 1, burst: 2, keysMax: 100, passWhenFull: false);

        Assert.True(table.TryTake(1, out _));
        Assert.True(table.TryTake(1, out _));
        Assert.False(table.TryTake(1, out TimeSpan retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(1), retryAfter);
        Assert.True(table.TryTake(2, out _));
        _time.Advance(retryAfter);
        Assert.True(table.TryTake(1, out _));
        Assert.False(table.TryTake(1, out _));
    }

    [Fact]
    public void Idle_keys_are_forgotten_within_a_round_of_heartbeats()
    {
        var table = new ThrottleTable<int>(_time, perSecond: 1, burst: 2, keysMax: 1000, passWhenFull: false);
        for (int key = 0; key < 100; key++)
        {
            Assert.True(table.TryTake(key, out _));
        }

        Assert.Equal(100, table.KeyCount);
        _time.Advance(TimeSpan.FromSeconds(3));
        for (int beat = 0; beat < 16; beat++)
        {
            table.OnHeartbeat(0);
        }

        Assert.Equal(0, table.KeyCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_table_treats_new_keys_as_told_and_stays_bounded(bool passWhenFull)
    {
        var table = new ThrottleTable<int>(_time, perSecond: 1, burst: 1, keysMax: 64, passWhenFull);
        int passed = Enumerable.Range(0, 10_000).Count(key => table.TryTake(key, out TimeSpan _));

        Assert.Equal(64, table.KeyCount);
        Assert.Equal(passWhenFull ? 10_000 : 64, passed);
    }

    [Fact]
    public void A_full_table_makes_room_by_dropping_idle_keys()
    {
        var table = new ThrottleTable<int>(_time, perSecond: 1, burst: 1, keysMax: 64, passWhenFull: false);
        for (int key = 0; key < 10_000; key++)
        {
            table.TryTake(key, out _);
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(table.TryTake(123_456, out _));
    }

    [Fact]
    public void Threads_together_get_a_keys_burst_and_not_one_more()
    {
        var table = new ThrottleTable<int>(_time, perSecond: 0.001, burst: 50, keysMax: 1000, passWhenFull: false);
        int[] taken = new int[32];
        Stress.Run(_ =>
        {
            int key = Random.Shared.Next(taken.Length);
            if (table.TryTake(key, out TimeSpan _))
            {
                Interlocked.Increment(ref taken[key]);
            }
        });

        Assert.All(taken, count => Assert.Equal(50, count));
    }
}
