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

    public static IReadOnlyList<OptionKey> All { get; } = [Http, AdminTokenFile, TopDestinations];
}
