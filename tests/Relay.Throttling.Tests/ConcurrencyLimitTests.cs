namespace Relay.Throttling.Tests;

public class ConcurrencyLimitTests
{
    [Fact]
    public void The_limit_is_reached_exactly_and_a_release_makes_room_for_one()
    {
        var limit = new ConcurrencyLimit(2);

        Assert.True(limit.TryAcquire());
        Assert.True(limit.TryAcquire());
        Assert.False(limit.TryAcquire());
        Assert.Equal(2, limit.Count);
        limit.Release();
        Assert.True(limit.TryAcquire());
        Assert.False(limit.TryAcquire());
    }

    [Fact]
    public void A_limit_of_none_refuses_all()
    {
        Assert.False(new ConcurrencyLimit(0).TryAcquire());
    }

    [Fact]
    public void The_unlimited_one_never_refuses()
    {
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(ConcurrencyLimit.Unlimited.TryAcquire()));
    }

    [Fact]
    public void Threads_never_hold_more_than_the_limit_and_none_is_lost()
    {
        var limit = new ConcurrencyLimit(3);
        int held = 0;
        int heldMax = 0;
        long acquired = 0;
        Stress.Run(_ =>
        {
            if (limit.TryAcquire())
            {
                int now = Interlocked.Increment(ref held);
                Interlocked.Increment(ref acquired);
                if (now > Volatile.Read(ref heldMax))
                {
                    Volatile.Write(ref heldMax, now);
                }

                Thread.Yield();
                Interlocked.Decrement(ref held);
                limit.Release();
            }
        });

        Assert.InRange(heldMax, 1, 3);
        Assert.True(acquired > 0);
        Assert.Equal(0, limit.Count);
    }
}
