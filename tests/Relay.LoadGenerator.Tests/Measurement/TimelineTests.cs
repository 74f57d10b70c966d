using Relay.LoadGenerator.Measurement;

namespace Relay.LoadGenerator.Tests.Measurement;

public class TimelineTests
{
    [Fact]
    public void Events_fall_into_their_tenth_of_a_second_and_merge()
    {
        var timeline = new Timeline(timestampFrequency: 1000);
        timeline.Record(0, 5);
        timeline.Record(99, 7);
        timeline.Record(100, 3);
        timeline.Record(450, 9);
        var other = new Timeline(timestampFrequency: 1000);
        other.Record(710, 1);
        other.Record(110, 4);
        timeline.Add(other);
        Assert.Equal([(2, 7), (2, 4), (0, 0), (0, 0), (1, 9), (0, 0), (0, 0), (1, 1)], timeline.Intervals);
    }

    [Fact]
    public void The_wall_clock_follows_the_timestamps()
    {
        var time = new Testing.ManualTimeProvider();
        var clock = new WallClock(time);
        long before = clock.Microseconds(time.GetTimestamp());
        time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(1_500_000, clock.Microseconds(time.GetTimestamp()) - before);
        double expected = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        Assert.Equal(expected, clock.Microseconds(time.GetTimestamp()), 1.0);
    }
}
