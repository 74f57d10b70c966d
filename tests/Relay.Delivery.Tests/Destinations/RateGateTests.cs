using Relay.Delivery.Destinations;
using Relay.Delivery.Rules;
using Relay.Testing;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>At most so many in any span of each period, and as many as that allows.</summary>
public class RateGateTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData("1/s")]
    [InlineData("7/s")]
    [InlineData("10/s, 100/min")]
    [InlineData("300/min, 1000/h")]
    [InlineData("3/h")]
    public void No_span_of_a_period_sees_more_than_its_rate_and_nearly_as_many_pass(string text)
    {
        Assert.True(SendRate.TryParseList(text, out IReadOnlyList<SendRate> rates));
        var gate = new RateGate(_time, rates);
        DateTimeOffset start = _time.GetUtcNow();
        var passed = new List<DateTimeOffset>();
        SendRate longest = rates.MaxBy(static r => r.Period);
        while (_time.GetUtcNow() - start < longest.Period * 3)
        {
            if (gate.TryTake(out TimeSpan wait))
            {
                passed.Add(_time.GetUtcNow());
            }
            else
            {
                Assert.True(wait > TimeSpan.Zero);
                _time.Advance(wait);
            }
        }

        foreach (SendRate rate in rates)
        {
            for (int i = rate.Count; i < passed.Count; i++)
            {
                Assert.True(passed[i] - passed[i - rate.Count] >= rate.Period, $"{rate} at {i}");
            }
        }

        Assert.True(passed.Count >= longest.Count * 3 * 0.85, $"{passed.Count} passed");
    }

    [Fact]
    public void A_tenth_may_come_at_once_after_a_rest()
    {
        Assert.True(SendRate.TryParse("100/min", out SendRate rate));
        var gate = new RateGate(_time, [rate]);
        Assert.Equal(10, TakeAll(gate));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, TakeAll(gate));
    }

    [Fact]
    public void Who_waits_as_long_as_told_passes_and_who_waits_less_does_not()
    {
        Assert.True(SendRate.TryParse("7/s", out SendRate rate));
        var gate = new RateGate(_time, [rate]);
        Assert.True(gate.TryTake(out _));
        Assert.False(gate.TryTake(out TimeSpan wait));
        _time.Advance(wait - TimeSpan.FromTicks(2));
        Assert.False(gate.HasRoom(out _));
        _time.Advance(TimeSpan.FromTicks(2));
        Assert.True(gate.HasRoom(out _));
        Assert.True(gate.TryTake(out _));
    }

    [Fact]
    public void What_was_not_used_is_given_back_and_what_passed_unasked_counts()
    {
        Assert.True(SendRate.TryParse("20/min", out SendRate rate));
        var gate = new RateGate(_time, [rate]);
        Assert.Equal(2, TakeAll(gate));
        gate.Refund();
        Assert.Equal(1, TakeAll(gate));
        gate.Charge(1);
        Assert.False(gate.TryTake(out TimeSpan two));
        Assert.InRange(two.TotalSeconds, 60.0 / 19 * 1.9, 60.0 / 19 * 2.1);
    }

    [Fact]
    public void A_new_rate_counts_what_passed_under_the_old_one()
    {
        Assert.True(SendRate.TryParse("60/min", out SendRate old));
        Assert.True(SendRate.TryParse("30/min", out SendRate young));
        var before = new RateGate(_time, [old]);
        Assert.Equal(6, TakeAll(before));
        var gate = new RateGate(_time, [young], before);
        Assert.Equal(0, TakeAll(gate));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, TakeAll(gate));
    }

    [Fact]
    public void The_pace_found_by_experience_allows_no_burst_and_can_be_lifted()
    {
        var gate = new RateGate(_time, []);
        gate.SetPace(0.5);
        Assert.Equal(1, TakeAll(gate));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, TakeAll(gate));
        gate.SetPace(0);
        Assert.True(gate.TryTake(out _));
        Assert.True(gate.TryTake(out _));
    }

    private static int TakeAll(RateGate gate)
    {
        int count = 0;
        while (count < 1000 && gate.TryTake(out _))
        {
            count++;
        }

        return count;
    }
}
