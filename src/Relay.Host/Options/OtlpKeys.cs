using System.Globalization;

namespace Relay.Host.Options;

/// <summary>
/// Options of what is pushed to a collector by OTLP; docs/metrics.md describes the metrics and the spans.
/// </summary>
internal static class OtlpKeys
{
    /// <summary>Nothing is pushed. Above the keys, whose default it is.</summary>
    public static readonly Uri None = new("about:blank");

    private const string HttpProtobuf = "http/protobuf";
    private const string Grpc = "grpc";

    private static readonly OptionFormat<Uri> Endpoint = new(
        "an http or https URL such as http://127.0.0.1:4318, or \"\" for none",
        TryEndpoint,
        static v => v == None ? string.Empty : v.OriginalString,
        JsonTokens.String);

    private static readonly OptionFormat<OtlpProtocol> Protocols = new(
        $"one of {HttpProtobuf}, {Grpc}",
        TryProtocol,
        static v => v == OtlpProtocol.Grpc ? Grpc : HttpProtobuf,
        JsonTokens.String);

    public static readonly OptionKey<OtlpProtocol> Protocol = new(
        "otlp.protocol",
        Protocols,
        OtlpProtocol.HttpProtobuf,
        "How the collector is spoken to: `http/protobuf`, usually on port 4318, or `grpc`, usually on port 4317, for "
        + "which the URLs have no path.");

    public static readonly OptionKey<Uri> Metrics = new(
        "otlp.metrics",
        Endpoint,
        None,
        "Where the metrics are pushed by OTLP; over HTTP `/v1/metrics` is added to a URL without a path. "
        + "`OTEL_EXPORTER_OTLP_HEADERS` in the environment holds what the collector wants to know the sender by.");

    public static readonly OptionKey<TimeSpan> MetricsInterval = new(
        "otlp.metricsInterval",
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        TimeSpan.FromMinutes(1),
        "How often the metrics are pushed.");

    public static readonly OptionKey<Uri> Traces = new(
        "otlp.traces",
        Endpoint,
        None,
        "Where traces are pushed by OTLP, one for each message that is sampled: its reception, its waits in "
        + "the queue, its attempts; over HTTP `/v1/traces` is added to a URL without a path.");

    public static readonly OptionKey<double> Sample = new(
        "otlp.sample",
        new OptionFormat<double>(
            "a number from 0 to 1",
            static (string t, out double v) =>
                double.TryParse(t, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out v) && v is >= 0 and <= 1,
            static v => v.ToString(CultureInfo.InvariantCulture),
            JsonTokens.Number),
        0.01,
        "The part of the messages that is traced, whole, whatever becomes of them.");

    public static IReadOnlyList<OptionKey> All { get; } = [Protocol, Metrics, MetricsInterval, Traces, Sample];

    private static bool TryProtocol(string text, out OtlpProtocol value)
    {
        value = text == Grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf;
        return text is Grpc or HttpProtobuf;
    }

    private static bool TryEndpoint(string text, out Uri value)
    {
        value = None;
        if (text.Length == 0)
        {
            return true;
        }

        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Fragment.Length == 0;
        value = isUrl ? url! : None;
        return isUrl;
    }
}
