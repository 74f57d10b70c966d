using System.Globalization;
using System.Text.Json;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>Debian's Prometheus reads what is served, with the rules that are shipped.</summary>
public sealed class PrometheusTests
{
    [Theory]
    [InlineData("rules", "alerts.yml")]
    [InlineData("config", "prometheus.yml")]
    public async Task Promtool_takes_the_shipped_files(string kind, string file)
    {
        string promtool = MonitoringTool.Require("promtool");
        ToolResult check = await Tool.RunAsync(
            promtool, ["check", kind, Path.Combine(Tool.Repository, "docs/monitoring", file)]);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    [Fact]
    public async Task Promtool_takes_what_the_document_has_added_to_a_configuration()
    {
        string promtool = MonitoringTool.Require("promtool");
        string monitoring = Path.Combine(Tool.Repository, "docs/monitoring");
        string document = await File.ReadAllTextAsync(Path.Combine(monitoring, "../metrics.md"));
        string block = document.Split("```yaml\n")[1].Split("```")[0];
        using var workspace = new Workspace();
        File.Copy(Path.Combine(monitoring, "alerts.yml"), workspace.PathOf("relay-alerts.yml"));
        string configuration = workspace.Write("prometheus.yml", block);
        ToolResult check = await Tool.RunAsync(promtool, ["check", "config", configuration]);
        Assert.True(check.ExitCode == 0, check.ToString());
        Assert.Contains("1 rule files found", check.Output, StringComparison.Ordinal);
        Assert.Contains("targets: [\"127.0.0.1:8025\"]", block, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_scrapes_a_running_relay_and_evaluates_the_shipped_alerts()
    {
        string prometheus = MonitoringTool.Require("prometheus");
        string promtool = MonitoringTool.Require("promtool");
        await using var relay = new LoggingRelay();
        await relay.Relay.StartAsync();
        Uri http = await relay.HttpAsync();
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        ToolResult lint = await Tool.RunAsync(
            promtool, ["check", "metrics"], await client.GetStringAsync(new Uri(http, "metrics")));
        Assert.DoesNotContain(
            lint.Error.Split('\n'), static line => line.StartsWith("relay_", StringComparison.Ordinal)); // .NET's have faults

        await relay.SendAsync("a@example.com", "b@example.org");
        await relay.WaitForAsync("stat=Sent");
        string port = Workspace.FreePort().ToString(CultureInfo.InvariantCulture);
        string configuration = relay.Write("prometheus.yml", $"""
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files: ["{Path.Combine(Tool.Repository, "docs/monitoring/alerts.yml")}"]
            scrape_configs:
              - job_name: relay
                static_configs:
                  - targets: ["{http.Authority}"]
            """);
        await using RunningProgram server = RunningProgram.Start(
            prometheus, $"--config.file={configuration}", $"--storage.tsdb.path={relay.PathOf("tsdb")}",
            $"--web.listen-address=127.0.0.1:{port}");
        var api = new Uri($"http://127.0.0.1:{port}/api/v1/");
        string last = string.Empty;
        await Poll.UntilAsync(
            async () =>
            {
                try
                {
                    last = await client.GetStringAsync(new Uri(
                        api, "query?query=relay_deliveries_total%7Boutcome%3D%22delivered%22%7D"));
                    return last.Contains("\"1\"]", StringComparison.Ordinal);
                }
                catch (HttpRequestException exception)
                {
                    last = exception.Message;
                    return false; // it is not listening yet
                }
            },
            TimeSpan.FromSeconds(90),
            () => $"{last}\n{server.Output}");

        using JsonDocument rules = JsonDocument.Parse(await client.GetStringAsync(new Uri(api, "rules")));
        JsonElement[] alerts = [.. rules.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(static g => g.GetProperty("rules").EnumerateArray())];
        Assert.NotEmpty(alerts);
        Assert.DoesNotContain(alerts, static a => a.GetProperty("health").GetString() == "err");
    }
}
