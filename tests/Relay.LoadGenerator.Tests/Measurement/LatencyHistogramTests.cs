using Relay.LoadGenerator.Measurement;

namespace Relay.LoadGenerator.Tests.Measurement;

public class LatencyHistogramTests
{
    private static readonly double[] Percents = [0, 1, 10, 50, 90, 99, 99.9, 99.99, 100];

    public static TheoryData<string> Shapes => ["uniform", "exponential", "logarithmic", "small", "constant", "stall"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Percentiles_agree_with_a_sorted_list_within_one_percent(string shape)
    {
        var random = new Random(7);
        long[] values = [.. Enumerable.Range(0, 20_000).Select(i => Value(shape, i, random))];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
        {
            histogram.Record(value);
        }

        Array.Sort(values);
        foreach (double percent in Percents)
        {
            long rank = Math.Clamp((long)Math.Ceiling(percent / 100 * values.Length), 1, values.Length);
            long naive = values[rank - 1];
            long measured = histogram.Percentile(percent);
            Assert.InRange(measured, naive, naive + (naive / 100) + 1);
        }

        Assert.Equal(values[^1], histogram.Max);
        Assert.Equal(values[0], histogram.Min);
        Assert.Equal(values.Average(), histogram.Mean, 1.0);
        Assert.Equal(values.Length, histogram.Count);
    }

    [Fact]
    public void Merging_equals_recording_everything_in_one()
    {
        var random = new Random(3);
        var all = new LatencyHistogram();
        var first = new LatencyHistogram();
        var second = new LatencyHistogram();
        for (int i = 0; i < 5000; i++)
        {
            long value = random.NextInt64(1, 1L << random.Next(1, 40));
            all.Record(value);
            (i % 3 == 0 ? first : second).Record(value);
        }

        first.Add(second);
        Assert.Equal(LatencySummary.From(all), LatencySummary.From(first));
    }

    [Fact]
    public void Every_small_value_has_a_bucket_of_its_own()
    {
        for (long value = 0; value < 256; value++)
        {
            var histogram = new LatencyHistogram();
            histogram.Record(value);
            histogram.Record(1_000_000);
            Assert.Equal(value, histogram.Percentile(50));
        }
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Values_outside_the_range_are_counted_at_its_ends(long value, long max)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);
        Assert.Equal(1, histogram.Count);
        Assert.Equal(max, histogram.Max);
        Assert.True(histogram.Percentile(50) <= max);
    }

    [Fact]
    public void An_empty_histogram_reports_zeros()
    {
        Assert.Equal(new LatencySummary(), LatencySummary.From(new LatencyHistogram()));
    }

    private static long Value(string shape, int i, Random random) => shape switch
    {
        "uniform" => random.NextInt64(0, 10_000_000),
        "exponential" => (long)(-Math.Log(1 - random.NextDouble()) * 1_000_000),
        "logarithmic" => (long)Math.Pow(2, random.NextDouble() * 42),
        "small" => random.Next(0, 300),
        "constant" => 123_456_789,
        _ => i < 19_000 ? random.NextInt64(100_000, 200_000) : (i - 19_000) * 1_000_000L,
    };
}
