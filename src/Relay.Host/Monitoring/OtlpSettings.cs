using Relay.Host.Options;

namespace Relay.Host.Monitoring;

/// <summary>What is pushed, and where; null endpoints: nothing.</summary>
/// <param name="HostName">Names this relay to the collector.</param>
/// <param name="Protocol">How the collector is spoken to.</param>
/// <param name="Metrics">With its path, if it is spoken to by plain HTTP.</param>
/// <param name="Interval">Between two pushes of the metrics.</param>
/// <param name="Traces">As well.</param>
/// <param name="Sample">The part of the messages that is traced.</param>
internal sealed record OtlpSettings(
    string HostName, OtlpProtocol Protocol, Uri? Metrics, TimeSpan Interval, Uri? Traces, double Sample)
{
    public bool IsOff => Metrics is null && Traces is null;

    public static OtlpSettings Of(RelaySettings settings) => new(
        settings.Get(RelayKeys.HostName),
        settings.Get(OtlpKeys.Protocol),
        WithPath(settings, OtlpKeys.Metrics, "/v1/metrics"),
        settings.Get(OtlpKeys.MetricsInterval),
        settings.Get(OtlpKeys.Sample) > 0 ? WithPath(settings, OtlpKeys.Traces, "/v1/traces") : null,
        settings.Get(OtlpKeys.Sample));

    /// <summary>OTLP's own path where the URL has none; a gRPC call has its own.</summary>
    private static Uri? WithPath(RelaySettings settings, OptionKey<Uri> key, string path)
    {
        Uri url = settings.Get(key);
        bool isWhole = url.AbsolutePath != "/" || settings.Get(OtlpKeys.Protocol) == OtlpProtocol.Grpc;
        return url == OtlpKeys.None ? null : isWhole ? url : new Uri(url, path);
    }
}
