namespace Relay.Throttling.Tests;

public class AddressConcurrencyTests
{
    private readonly AddressConcurrency _limits = new(1024);

    [Fact]
    public void Each_address_has_a_limit_of_its_own()
    {
        Assert.True(_limits.TryAcquire(new AddressKey(1), max: 2));
        Assert.True(_limits.TryAcquire(new AddressKey(1), max: 2, out int held));
        Assert.Equal(2, held);
        Assert.False(_limits.TryAcquire(new AddressKey(1), max: 2, out held));
        Assert.Equal(2, held);
        Assert.True(_limits.TryAcquire(new AddressKey(2), max: 2));
        Assert.Equal(2, _limits.CountOf(new AddressKey(1)));
        Assert.Equal(1, _limits.CountOf(new AddressKey(2)));
        Assert.Equal(2, _limits.KeyCount);
    }

    [Fact]
    public void An_address_counts_for_nothing_when_nothing_of_it_is_held()
    {
        Assert.True(_limits.TryAcquire(new AddressKey(1), max: 5));
        _limits.Release(new AddressKey(1));
        Assert.False(_limits.TryAcquire(new AddressKey(2), max: 0));

        Assert.Equal(0, _limits.KeyCount);
        Assert.Equal(0, _limits.CountOf(new AddressKey(1)));
    }

    [Fact]
    public void An_unlimited_address_is_counted()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.True(_limits.TryAcquire(new AddressKey(1), int.MaxValue));
        }

        Assert.Equal(10, _limits.CountOf(new AddressKey(1)));
    }

    [Fact]
    public void More_addresses_than_places_are_all_counted_exactly()
    {
        var small = new AddressConcurrency(128);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 1000; i++)
            {
                Assert.True(small.TryAcquire(new AddressKey((UInt128)i), max: 2));
                Assert.True(small.TryAcquire(new AddressKey((UInt128)i), max: 2));
                Assert.False(small.TryAcquire(new AddressKey((UInt128)i), max: 2));
            }

            Assert.Equal(1000, small.KeyCount);
            for (int i = 0; i < 1000; i++)
            {
                Assert.Equal(2, small.CountOf(new AddressKey((UInt128)i)));
                small.Release(new AddressKey((UInt128)i));
                Assert.Equal(1, small.CountOf(new AddressKey((UInt128)i)));
                Assert.True(small.TryAcquire(new AddressKey((UInt128)i), max: 2));
                small.Release(new AddressKey((UInt128)i));
                small.Release(new AddressKey((UInt128)i));
            }

            Assert.Equal(0, small.KeyCount);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(2000)]
    public void Threads_never_exceed_a_limit_and_leave_nothing_behind(int addresses)
    {
        var limits = new AddressConcurrency(128);
        int[] held = new int[addresses];
        int exceeded = 0;
        Stress.Run(number =>
        {
            int index = Random.Shared.Next(held.Length);
            var key = new AddressKey((UInt128)index);
            if (limits.TryAcquire(key, max: 2))
            {
                if (Interlocked.Increment(ref held[index]) > 2)
                {
                    Interlocked.Increment(ref exceeded);
                }

                Interlocked.Decrement(ref held[index]);
                limits.Release(key);
            }
        });

        Assert.Equal(0, exceeded);
        Assert.Equal(0, limits.KeyCount);
    }
}
