namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>A metric that a collector was given (opentelemetry/proto/metrics/v1).</summary>
/// <param name="Name">The instrument's.</param>
/// <param name="Unit">The instrument's.</param>
/// <param name="Points">Values by their attributes, <c>name=value</c>; of a histogram its count.</param>
internal sealed record PushedMetric(string Name, string Unit, IReadOnlyDictionary<string, double> Points)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    /// <summary>The metrics of an <c>ExportMetricsServiceRequest</c>.</summary>
    public static IEnumerable<PushedMetric> Read(byte[] request) =>
        from resource in ProtoField.Read(request).Where(static f => f.Number == 1)
        from scope in resource.Fields.Where(static f => f.Number == 2)
        from metric in scope.Fields.Where(static f => f.Number == 2)
        select Of(metric.Fields);

    /// <summary>The attributes of the sender.</summary>
    public static Dictionary<string, string> Resource(byte[] request) => ProtoField.Attributes(
        ProtoField.Read(request).First(static f => f.Number == 1)
            .Fields.Single(static f => f.Number == 1)
            .Fields.Where(static f => f.Number == 1));

    private static PushedMetric Of(IReadOnlyList<ProtoField> fields)
    {
        ProtoField data = fields.Single(static f => f.Number is Gauge or Sum or Histogram);
        bool isHistogram = data.Number == Histogram;
        return new PushedMetric(
            fields.Single(static f => f.Number == 1).Text,
            fields.FirstOrDefault(static f => f.Number == 3)?.Text ?? string.Empty,
            data.Fields.Where(static f => f.Number == 1).Select(static f => f.Fields).ToDictionary(
                point => Labels(point.Where(f => f.Number == (isHistogram ? 9 : 7))),
                point => isHistogram
                    ? point.Single(static f => f.Number == 4).Value
                    : Number(point.Single(static f => f.Number is 4 or 6)),
                StringComparer.Ordinal));
    }

    private static double Number(ProtoField value) => value.Number == 4 ? value.Double : (long)value.Value;

    private static string Labels(IEnumerable<ProtoField> keyValues) => string.Join(
        ',',
        ProtoField.Attributes(keyValues).OrderBy(static a => a.Key, StringComparer.Ordinal)
            .Select(static a => $"{a.Key}={a.Value}"));
}
