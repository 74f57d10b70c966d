using Relay.Delivery.Destinations;

namespace Relay.Delivery.Tests.Destinations;

/// <summary>Additive increase, multiplicative decrease of what a destination gets.</summary>
public class AdaptiveWindowTests
{
    [Fact]
    public void A_sign_halves_the_connections_that_are_up_and_the_rate_of_late()
    {
        var window = new AdaptiveWindow(20);
        window.SlowDown(1000, active: 12, rate: 40);
        Assert.Equal((6, 20.0), (window.Connections, window.Pace));
        window.SlowDown(3000, active: 6, rate: 0);
        Assert.Equal((3, 10.0), (window.Connections, window.Pace));
    }

    [Fact]
    public void Signs_within_a_second_are_one()
    {
        var window = new AdaptiveWindow(20);
        for (int i = 0; i < 50; i++)
        {
            window.SlowDown(1000 + (i * 10), active: 20, rate: 0);
        }

        Assert.Equal(10, window.Connections);
    }

    [Fact]
    public void One_connection_and_a_message_in_ten_seconds_are_always_left()
    {
        var window = new AdaptiveWindow(20);
        for (int i = 0; i < 100; i++)
        {
            window.SlowDown(i * 2000, active: 20, rate: 100);
        }

        Assert.Equal((1, 0.1), (window.Connections, window.Pace));
    }

    [Fact]
    public void Ten_seconds_of_peace_give_a_connection_and_a_tenth_of_the_rate_back()
    {
        var window = new AdaptiveWindow(4);
        window.SlowDown(0, active: 4, rate: 10);
        Assert.Equal((2, 5.0), (window.Connections, window.Pace));
        Assert.False(window.Grow(9_999, 4));
        Assert.True(window.Grow(10_000, 4));
        Assert.Equal((3, 6.0), (window.Connections, window.Pace));
        long now = 10_000;
        while (window.Grow(now += 10_000, 4))
        {
            Assert.InRange(window.Connections, 3, 4);
        }

        Assert.Equal((4, 0.0), (window.Connections, window.Pace));
    }

    [Fact]
    public void A_destination_that_gets_next_to_nothing_has_no_pace()
    {
        var window = new AdaptiveWindow(20);
        window.SlowDown(0, active: 1, rate: 0.05);
        Assert.Equal((1, 0.0), (window.Connections, window.Pace));
    }

    [Fact]
    public void A_lower_limit_counts_at_once_and_a_higher_one_unless_experience_speaks_against_it()
    {
        var window = new AdaptiveWindow(20);
        window.SetLimit(20, 5);
        Assert.Equal(5, window.Connections);
        window.SetLimit(5, 30);
        Assert.Equal(30, window.Connections);
        window.ShrinkTo(0, 3);
        window.SetLimit(30, 40);
        Assert.Equal(3, window.Connections);
        window.Reset(40);
        Assert.Equal(40, window.Connections);
    }
}
