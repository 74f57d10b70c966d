namespace Relay.Host.Options;

/// <summary>Options of metrics, health and the page; docs/metrics.md lists the metrics.</summary>
internal static class MonitoringKeys
{
    public static readonly OptionKey<HttpEndPointSetting> Http = new(
        "http.endpoint",
        new OptionFormat<HttpEndPointSetting>(
            "an address and port such as 127.0.0.1:8025, or \"\" for none",
            HttpEndPointSetting.TryParse,
            static v => v.Text,
            JsonTokens.String),
        HttpEndPointSetting.None,
        "Where `/metrics`, `/healthz`, `/readyz` and the page are served by HTTP. Whoever can connect there reads "
        + "addresses of senders and recipients: keep it on loopback or behind a proxy that asks for a password.");

    public static readonly OptionKey<string> AdminTokenFile = new(
        "http.adminTokenFile",
        OptionFormats.OptionalPath,
        string.Empty,
        "A file with a secret of at least 16 characters, readable by the relay's user alone. The page changes the queue "
        + "for those who know it; without one it only shows.");

    public static readonly OptionKey<int> TopDestinations = new(
        "metrics.topDestinations",
        OptionFormats.Count(1, 1000),
        20,
        "Destinations with metrics of their own: those with the most mail. The rest are summed up as `other`.");

    public static readonly OptionKey<string> OtlpEndpoint = new(
        "otlp.endpoint",
        new OptionFormat<string>(
            "an http or https URL such as http://127.0.0.1:4318, or \"\" for none",
            static (string t, out string v) =>
            {
                v = t;
                return t.Length == 0 || (Uri.TryCreate(t, UriKind.Absolute, out Uri? uri)
                    && uri.Scheme is "http" or "https");
            },
            static v => v,
            JsonTokens.String),
        string.Empty,
        "Where metrics are pushed by OTLP over HTTP (protobuf), once a minute.");

    public static readonly OptionKey<bool> OtlpTraces = new(
        "otlp.traces",
        OptionFormats.Flag,
        false,
        "Push a span for each message and each attempt, too.");

    public static IReadOnlyList<OptionKey> All { get; } =
        [Http, AdminTokenFile, TopDestinations, OtlpEndpoint, OtlpTraces];
}
