using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Relay.Host.Monitoring;

/// <summary>
/// Reads a meter's instruments, and the runtime's own, and writes them as Prometheus scrapes them (text format 0.0.4):
/// names with underscores and the unit behind them, counters end in <c>_total</c>. Thread-safe; one scrape at a time.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public const string RuntimeMeter = "System.Runtime";

    private readonly Meter _meter;
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    public PrometheusExporter(Meter meter)
    {
        _meter = meter;
        _listener.InstrumentPublished = OnPublished;
        _listener.SetMeasurementEventCallback<long>(OnMeasurement);
        _listener.SetMeasurementEventCallback<int>(OnMeasurement);
        _listener.SetMeasurementEventCallback<double>(OnMeasurement);
        _listener.Start();
    }

    public string Scrape()
    {
        lock (_gate)
        {
            foreach (MetricFamily family in _families.Values)
            {
                family.Samples.Clear();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder(16 << 10);
            foreach (MetricFamily family in _families.Values)
            {
                family.WriteTo(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>E.g. <c>relay.queue.oldest.age</c> in <c>s</c> is <c>relay_queue_oldest_age_seconds</c>.</summary>
    public static string NameOf(Instrument instrument)
    {
        var name = new StringBuilder(instrument.Name.Replace('.', '_'));
        string suffix = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => string.Empty,
        };
        name.Append(suffix);
        if (IsCounter(instrument))
        {
            name.Append("_total");
        }

        return name.ToString();
    }

    private static bool IsCounter(Instrument instrument)
    {
        Type type = instrument.GetType();
        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ObservableCounter<>)
            || type.GetGenericTypeDefinition() == typeof(Counter<>));
    }

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        bool isOurs = ReferenceEquals(instrument.Meter, _meter);
        bool isRuntime = instrument.Meter.Name == RuntimeMeter && instrument.IsObservable;
        if (!isOurs && !isRuntime)
        {
            return;
        }

        string name = NameOf(instrument);
        var family = new MetricFamily(
            name,
            instrument.Description ?? string.Empty,
            instrument is Histogram<double> histogram ? "histogram" : IsCounter(instrument) ? "counter" : "gauge",
            (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries is { } bounds
                ? new HistogramCounts(bounds)
                : null);
        lock (_gate)
        {
            _families[name] = family;
        }

        listener.EnableMeasurementEvents(instrument, family);
    }

    private static void OnMeasurement<T>(
        Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct, IConvertible
    {
        if (state is not MetricFamily family)
        {
            return;
        }

        double number = value.ToDouble(CultureInfo.InvariantCulture);
        if (family.Histogram is { } histogram)
        {
            histogram.Record(number);
            return;
        }

        family.Samples.Add((MetricFamily.Labels(tags), number));
    }
}
