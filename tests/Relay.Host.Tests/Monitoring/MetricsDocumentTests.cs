using System.Diagnostics.Metrics;
using System.Text;
using Relay.Delivery;
using Relay.Dns;
using Relay.Host.Monitoring;
using Relay.Host.Tests.Tables;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Server;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Host.Tests.Monitoring;

/// <summary>docs/metrics.md lists every instrument; written with RELAY_TEST_WRITE_DOCS=1.</summary>
public class MetricsDocumentTests
{
    private const string Begin = "<!-- metrics: written by a test -->\n";
    private const string End = "<!-- end of metrics -->";

    [Fact]
    public async Task The_document_lists_every_instrument_with_its_unit_and_meaning()
    {
        string path = Path.Combine(Repository.Root, "docs/metrics.md");
        string text = await File.ReadAllTextAsync(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end >= begin);
        string wanted = await TableAsync();
        if (Environment.GetEnvironmentVariable("RELAY_TEST_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(path, text[..begin] + wanted + text[end..]);
            return;
        }

        Assert.Equal(wanted, text[begin..end]);
    }

    [Theory]
    [InlineData("monitoring/alerts.yml")]
    [InlineData("monitoring/dashboard.json")]
    [InlineData("metrics.md")]
    [InlineData("logs.md")]
    public async Task Alerts_dashboard_and_documents_name_metrics_that_there_are(string file)
    {
        string[] known = [.. (await InstrumentsAsync()).Select(static i => PrometheusExporter.NameOf(i.Instrument))];
        string text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", file));
        string[] asked = [.. System.Text.RegularExpressions.Regex.Matches(text, @"\brelay_[a-z_]+[a-z]")
            .Select(static m => m.Value).Distinct()];
        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.True(known.Contains(name) || known.Contains(Stem(name)), name));
    }

    private static string Stem(string name) => name
        .Replace("_bucket", string.Empty, StringComparison.Ordinal)
        .Replace("_count", string.Empty, StringComparison.Ordinal)
        .Replace("_sum", string.Empty, StringComparison.Ordinal);

    private static async Task<string> TableAsync()
    {
        var table = new StringBuilder("| Prometheus | Instrument | Unit | Labels | Meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach ((Instrument instrument, string labels) in await InstrumentsAsync())
        {
            table.Append($"| `{PrometheusExporter.NameOf(instrument)}` | `{instrument.Name}` | `{instrument.Unit}` | ")
                .Append(labels.Length > 0 ? labels : "–")
                .Append($" | {instrument.Description} |\n");
        }

        return table.ToString();
    }

    private static async Task<List<(Instrument Instrument, string Labels)>> InstrumentsAsync()
    {
        var time = new ManualTimeProvider();
        using var heartbeat = new Heartbeat(time);
        await using IMailQueue queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        using var tables = new TableFolder();
        var dns = new DnsOptions();
        await using var delivery = new DeliveryService(
            queue, new RouteResolver(tables.Rules().Holder), new HostResolver(new SilentResolver(), dns, time),
            NullMailLog.Instance, heartbeat, new DeliveryOptions { HostName = "relay.test" });
        using var metrics = new RelayMetrics(
            new MonitoringSources
            {
                Queue = queue,
                Server = new SmtpServerCounters(),
                Delivery = delivery,
                Events = new EventCounters(),
                Census = new QueueCensus(queue, delivery.SummarizeDestinations, delivery.SummarizeSuspensions, time),
                LinesDropped = static () => 0,
                Time = time,
                Log = NullMailLog.Instance,
                Trace = static _ => { },
                Reloads = static () => (0, 0),
            },
            new CommitObserver());
        var found = new List<(Instrument, string)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter))
            {
                found.Add((instrument, LabelsOf(instrument.Name)));
            }
        };
        listener.Start();
        return found;
    }

    /// <summary>The labels of each family; <see cref="MonitoringServerTests"/> sees some of their values.</summary>
    private static string LabelsOf(string name) => name switch
    {
        "relay.messages.received" or "relay.deliveries" or "relay.reloads" => "`outcome`",
        "relay.replies" or "relay.rejections" or "relay.delivery.replies" => "`code`",
        "relay.throttled" => "`limit`",
        "relay.queue.messages" => "`state`",
        "relay.destination.blocked" => "`destination`, `reason`",
        "relay.destination.last.error" => "`destination`, `code`",
        _ when name.StartsWith("relay.destination.", StringComparison.Ordinal) => "`destination`",
        _ => string.Empty,
    };
}
