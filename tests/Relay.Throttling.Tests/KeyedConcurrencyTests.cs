namespace Relay.Throttling.Tests;

public class KeyedConcurrencyTests
{
    private readonly KeyedConcurrency<int> _limits = new();

    [Fact]
    public void Each_key_has_a_limit_of_its_own()
    {
        Assert.True(_limits.TryAcquire(1, max: 2));
        Assert.True(_limits.TryAcquire(1, max: 2));
        Assert.False(_limits.TryAcquire(1, max: 2));
        Assert.True(_limits.TryAcquire(2, max: 2));
        Assert.Equal(2, _limits.CountOf(1));
        Assert.Equal(1, _limits.CountOf(2));
    }

    [Fact]
    public void A_key_is_forgotten_when_nothing_of_it_is_held()
    {
        Assert.True(_limits.TryAcquire(1, max: 5));
        _limits.Release(1);
        Assert.False(_limits.TryAcquire(2, max: 0));

        Assert.Equal(0, _limits.KeyCount);
        Assert.Equal(0, _limits.CountOf(1));
    }

    [Fact]
    public void Threads_over_few_keys_never_exceed_a_limit_and_leave_nothing_behind()
    {
        int[] held = new int[8];
        int exceeded = 0;
        Stress.Run(number =>
        {
            int key = Random.Shared.Next(held.Length);
            if (_limits.TryAcquire(key, max: 2))
            {
                if (Interlocked.Increment(ref held[key]) > 2)
                {
                    Interlocked.Increment(ref exceeded);
                }

                Interlocked.Decrement(ref held[key]);
                _limits.Release(key);
            }
        });

        Assert.Equal(0, exceeded);
        Assert.Equal(0, _limits.KeyCount);
    }
}
