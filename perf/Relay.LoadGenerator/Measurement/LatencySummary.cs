namespace Relay.LoadGenerator.Measurement;

/// <summary>What a report says about a <see cref="LatencyHistogram"/>; milliseconds.</summary>
public sealed record LatencySummary
{
    public long Count { get; init; }

    public double MeanMs { get; init; }

    public double MinMs { get; init; }

    public double P50Ms { get; init; }

    public double P90Ms { get; init; }

    public double P99Ms { get; init; }

    public double P999Ms { get; init; }

    public double MaxMs { get; init; }

    internal static LatencySummary From(LatencyHistogram histogram) => new()
    {
        Count = histogram.Count,
        MeanMs = Milliseconds((long)histogram.Mean),
        MinMs = histogram.Count == 0 ? 0 : Milliseconds(histogram.Min),
        P50Ms = Milliseconds(histogram.Percentile(50)),
        P90Ms = Milliseconds(histogram.Percentile(90)),
        P99Ms = Milliseconds(histogram.Percentile(99)),
        P999Ms = Milliseconds(histogram.Percentile(99.9)),
        MaxMs = Milliseconds(histogram.Max),
    };

    private static double Milliseconds(long nanoseconds) => Math.Round(nanoseconds / 1e6, 4);
}
