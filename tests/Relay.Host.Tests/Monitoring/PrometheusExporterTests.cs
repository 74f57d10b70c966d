using System.Diagnostics.Metrics;
using Relay.Host.Monitoring;

namespace Relay.Host.Tests.Monitoring;

/// <summary>Instruments as Prometheus reads them.</summary>
public class PrometheusExporterTests
{
    [Fact]
    public void Counters_gauges_and_histograms_are_families_with_help_type_and_samples()
    {
        using var meter = new Meter("test");
        meter.CreateObservableCounter("x.sent", static () => 3L, "By", "Sent.");
        meter.CreateObservableGauge(
            "x.depth",
            static () => new Measurement<long>[] { new(2, new KeyValuePair<string, object?>("state", "held")) });
        Histogram<double> seconds = meter.CreateHistogram(
            "x.time", "s", "Time.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        using var exporter = new PrometheusExporter(meter);
        seconds.Record(0.1);
        seconds.Record(0.5);
        seconds.Record(7);

        string text = exporter.Scrape();
        Assert.Contains("# HELP x_sent_bytes_total Sent.\n# TYPE x_sent_bytes_total counter\nx_sent_bytes_total 3\n", text);
        Assert.Contains("# TYPE x_depth gauge\nx_depth{state=\"held\"} 2\n", text);
        Assert.Contains(
            "# TYPE x_time_seconds histogram\nx_time_seconds_bucket{le=\"0.1\"} 1\nx_time_seconds_bucket{le=\"1\"} 2\n"
            + "x_time_seconds_bucket{le=\"+Inf\"} 3\nx_time_seconds_sum 7.6\nx_time_seconds_count 3\n",
            text);
    }

    [Fact]
    public void A_label_cannot_leave_its_quotes()
    {
        using var meter = new Meter("test");
        meter.CreateObservableGauge("x.y", static () => new Measurement<long>[]
        {
            new(1, new KeyValuePair<string, object?>("d", "a\"} 7\nevil 1 \\")),
        });
        using var exporter = new PrometheusExporter(meter);

        Assert.Contains("x_y{d=\"a\\\"} 7\\nevil 1 \\\\\"} 1\n", exporter.Scrape());
    }

    [Fact]
    public void Another_program_s_meter_is_not_shown()
    {
        using var ours = new Meter("test");
        using var other = new Meter("test");
        other.CreateObservableGauge("x.other", static () => 1L);
        using var exporter = new PrometheusExporter(ours);

        Assert.DoesNotContain("x_other", exporter.Scrape());
    }

    [Fact]
    public void Recording_a_value_costs_no_garbage()
    {
        using var meter = new Meter("test");
        Histogram<double> seconds = meter.CreateHistogram(
            "x.time", "s", "Time.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        using var exporter = new PrometheusExporter(meter);
        seconds.Record(0.1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            seconds.Record(0.2);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_rest_of_the_destinations_are_one_sum()
    {
        DestinationCensus[] all = [.. Enumerable.Range(0, 5).Select(static i => new DestinationCensus(
            $"d{i}", 10 - i, 1, 0, 1, default, string.Empty, string.Empty, null))];

        DestinationCensus[] shown = [.. TopDestinations.Of(all, 2)];
        Assert.Equal(["d0", "d1", "other"], shown.Select(static d => d.Name));
        Assert.Equal(8 + 7 + 6, shown[2].Messages);
        Assert.Equal(5, TopDestinations.Of(all, 5).Count());
    }
}
