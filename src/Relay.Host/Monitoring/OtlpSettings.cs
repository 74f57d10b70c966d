using Relay.Host.Options;

namespace Relay.Host.Monitoring;

/// <summary>What is pushed, and where; null endpoints: nothing.</summary>
/// <param name="HostName">Names this relay to the collector.</param>
/// <param name="Metrics">With its path.</param>
/// <param name="Interval">Between two pushes of the metrics.</param>
/// <param name="Traces">With its path.</param>
/// <param name="Sample">The part of the messages that is traced.</param>
internal sealed record OtlpSettings(string HostName, Uri? Metrics, TimeSpan Interval, Uri? Traces, double Sample)
{
    public bool IsOff => Metrics is null && Traces is null;

    public static OtlpSettings Of(RelaySettings settings) => new(
        settings.Get(RelayKeys.HostName),
        WithPath(settings.Get(OtlpKeys.Metrics), "/v1/metrics"),
        settings.Get(OtlpKeys.MetricsInterval),
        settings.Get(OtlpKeys.Sample) > 0 ? WithPath(settings.Get(OtlpKeys.Traces), "/v1/traces") : null,
        settings.Get(OtlpKeys.Sample));

    /// <summary>OTLP's own path where the URL has none.</summary>
    private static Uri? WithPath(Uri url, string path) =>
        url == OtlpKeys.None ? null : url.AbsolutePath == "/" ? new Uri(url, path) : url;
}
