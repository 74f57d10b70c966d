using Relay.Testing;

namespace Relay.Throttling.Tests;

public class WindowCounterTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 250, TimeSpan.Zero));

    [Fact]
    public void Exactly_the_limit_passes_in_each_second_of_the_clock()
    {
        var counter = new WindowCounter(_time, limit: 100);

        Assert.Equal(100, Enumerable.Range(0, 1000).Count(_ => counter.TryTake(out TimeSpan _)));
        Assert.False(counter.TryTake(out TimeSpan retryAfter));
        Assert.Equal(TimeSpan.FromMilliseconds(750), retryAfter);

        _time.Advance(retryAfter - TimeSpan.FromTicks(1));
        Assert.False(counter.TryTake(out _));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(100, Enumerable.Range(0, 1000).Count(_ => counter.TryTake(out TimeSpan _)));
    }

    [Fact]
    public void Asking_for_room_takes_none()
    {
        var counter = new WindowCounter(_time, limit: 1);
        Assert.True(counter.HasRoom(out _));
        Assert.True(counter.HasRoom(out _));
        Assert.True(counter.TryTake(out _));
        Assert.False(counter.HasRoom(out TimeSpan retryAfter));
        Assert.Equal(TimeSpan.FromMilliseconds(750), retryAfter);
        _time.Advance(retryAfter);
        Assert.True(counter.HasRoom(out _));
    }

    [Fact]
    public void A_limit_of_zero_is_none()
    {
        var counter = new WindowCounter(_time, limit: 0);
        Assert.True(counter.HasRoom(out _));
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(counter.TryTake(out TimeSpan _)));
    }

    [Fact]
    public void Threads_together_get_exactly_the_limit_of_each_second()
    {
        var counter = new WindowCounter(_time, limit: 40);
        long taken = 0;
        int seconds = 1;
        Stress.Run(number =>
        {
            if (number == 0)
            {
                // All of this second's are taken before the clock goes on.
                while (counter.TryTake(out _))
                {
                    Interlocked.Increment(ref taken);
                }

                _time.Advance(TimeSpan.FromSeconds(1));
                seconds++;
            }
            else if (counter.TryTake(out _))
            {
                Interlocked.Increment(ref taken);
            }
        });

        Assert.InRange(taken, 40L * (seconds - 1), 40L * seconds);
        while (counter.TryTake(out _))
        {
            taken++;
        }

        Assert.Equal(40L * seconds, taken);
    }
}
