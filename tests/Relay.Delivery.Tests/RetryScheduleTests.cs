using Relay.Delivery.Scheduling;

namespace Relay.Delivery.Tests;

/// <summary>The waits between attempts (RFC 5321 §4.5.4.1).</summary>
public sealed class RetryScheduleTests
{
    private static readonly RetryOptions _steady = new() { Jitter = 0 };

    [Fact]
    public void Wait_doubles_from_the_initial_to_the_maximum()
    {
        var waits = new List<double>();
        TimeSpan age = TimeSpan.FromSeconds(1);
        for (int attempts = 0; attempts < 9; attempts++)
        {
            TimeSpan wait = RetrySchedule.Delay(_steady, age, attempts, 0.5);
            waits.Add(wait.TotalMinutes);
            age += wait;
        }

        Assert.Equal(5, waits[0]);
        Assert.All(waits.Zip(waits.Skip(1)), static w => Assert.InRange(w.Second, w.First, (w.First * 2) + 1));
        Assert.Equal(240, waits[^1]);
    }

    [Fact]
    public void Attempts_that_came_quickly_do_not_stretch_the_wait_beyond_the_age()
    {
        Assert.Equal(TimeSpan.FromMinutes(7), RetrySchedule.Delay(_steady, TimeSpan.FromMinutes(7), 300, 0.5));
    }

    [Fact]
    public void Old_message_at_its_first_attempt_waits_the_initial_time()
    {
        Assert.Equal(_steady.Initial, RetrySchedule.Delay(_steady, TimeSpan.FromDays(2), 0, 0.5));
    }

    [Fact]
    public void Every_wait_is_within_the_jitter_of_its_bounds()
    {
        var options = new RetryOptions { Jitter = 0.2 };
        var random = new Random(4711);
        for (int i = 0; i < 20_000; i++)
        {
            var age = TimeSpan.FromSeconds(random.NextDouble() * 500_000);
            TimeSpan wait = RetrySchedule.Delay(options, age, random.Next(0, int.MaxValue), random.NextDouble());
            Assert.InRange(wait, options.Initial * 0.8, options.Maximum * 1.2);
        }
    }

    [Fact]
    public void Fixed_interval_is_always_the_wait()
    {
        var options = new RetryOptions { FixedInterval = TimeSpan.FromMinutes(30) };
        Assert.Equal(TimeSpan.FromMinutes(30), RetrySchedule.Delay(options, TimeSpan.FromDays(3), 77, 0.9));
    }

    [Fact]
    public void Wait_ends_when_something_is_due_and_is_never_below_the_minimum()
    {
        var options = new RetryOptions { Minimum = TimeSpan.FromMinutes(10) };
        Assert.Equal(
            TimeSpan.FromMinutes(20),
            RetrySchedule.Bound(options, TimeSpan.FromHours(2), TimeSpan.FromMinutes(20)));
        Assert.Equal(
            TimeSpan.FromMinutes(10),
            RetrySchedule.Bound(options, TimeSpan.FromHours(2), TimeSpan.FromMinutes(5)));
        Assert.Equal(
            TimeSpan.FromMinutes(10), RetrySchedule.Bound(options, TimeSpan.FromSeconds(5), TimeSpan.MaxValue));
        Assert.Equal(TimeSpan.FromHours(2), RetrySchedule.Bound(options, TimeSpan.FromHours(2), TimeSpan.MaxValue));
    }

    [Fact]
    public void Fixed_interval_is_not_cut_by_what_is_due()
    {
        var options = new RetryOptions { FixedInterval = TimeSpan.FromMinutes(30) };
        Assert.Equal(
            TimeSpan.FromMinutes(30),
            RetrySchedule.Bound(options, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Pause_of_a_destination_doubles_to_its_maximum_and_ends_with_success()
    {
        var options = new DeliveryOptions { HostName = "relay.test" };
        var backoff = default(DestinationBackoff);
        long now = 1000;
        double last = 0;
        for (int i = 0; i < 40; i++)
        {
            backoff.Fail(now, options, 0.5);
            double pause = backoff.BlockedUntil - now;
            Assert.Equal(Math.Min(Math.Max(1000, last * 2), options.BackoffMaximum.TotalMilliseconds), pause, 2.0);
            Assert.True(backoff.IsBlocked(now));
            now = backoff.BlockedUntil;
            Assert.False(backoff.IsBlocked(now));
            last = pause;
        }

        backoff.Succeed();
        Assert.False(backoff.IsFailing);
        backoff.Fail(now, options, 0.5);
        Assert.Equal(1000, backoff.BlockedUntil - now);
    }
}
