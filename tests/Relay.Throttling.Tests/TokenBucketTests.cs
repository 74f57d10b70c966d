using Relay.Testing;

namespace Relay.Throttling.Tests;

public class TokenBucketTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_full_bucket_gives_its_burst_and_then_refuses()
    {
        var bucket = new TokenBucket(_time, perSecond: 10, burst: 5);

        for (int i = 0; i < 5; i++)
        {
            Assert.True(bucket.TryTake(out TimeSpan none));
            Assert.Equal(TimeSpan.Zero, none);
        }

        Assert.False(bucket.TryTake(out TimeSpan retryAfter));
        Assert.Equal(TimeSpan.FromMilliseconds(100), retryAfter);
    }

    [Fact]
    public void A_token_is_there_again_exactly_after_the_told_time()
    {
        var bucket = new TokenBucket(_time, perSecond: 10, burst: 1);
        Assert.True(bucket.TryTake(out _));
        Assert.False(bucket.TryTake(out TimeSpan retryAfter));

        _time.Advance(retryAfter - TimeSpan.FromTicks(1));
        Assert.False(bucket.TryTake(out _));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(bucket.TryTake(out _));
    }

    [Fact]
    public void Idle_time_never_saves_up_more_than_the_burst()
    {
        var bucket = new TokenBucket(_time, perSecond: 10, burst: 3);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(3, Enumerable.Range(0, 100).Count(_ => bucket.TryTake(out TimeSpan _)));
    }

    [Fact]
    public void Several_tokens_are_taken_all_or_none()
    {
        var bucket = new TokenBucket(_time, perSecond: 1, burst: 4);

        Assert.True(bucket.TryTake(3, out _));
        Assert.False(bucket.TryTake(2, out TimeSpan retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(1), retryAfter);
        Assert.True(bucket.TryTake(1, out _));
    }

    [Fact]
    public void The_unlimited_bucket_never_refuses()
    {
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(TokenBucket.Unlimited.TryTake(1000, out TimeSpan _)));
    }

    [Fact]
    public void Threads_together_get_what_the_clock_brought_and_not_one_more()
    {
        var bucket = new TokenBucket(_time, perSecond: 1000, burst: 100);
        long taken = 0;
        long advanced = 0;
        Stress.Run(number =>
        {
            if (number == 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                advanced++;
            }
            else if (bucket.TryTake(out _))
            {
                Interlocked.Increment(ref taken);
            }
        });

        Assert.InRange(taken, 100, 100 + advanced);
    }
}
