using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>What the real program pushes to a collector, and that mail never waits for one.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Metrics_are_pushed_by_the_names_units_and_attributes_that_the_document_lists()
    {
        await using OtlpRelay relay = await OtlpRelay.StartAsync(null, isTls: false, "otlp.metrics={0}");
        await relay.SendAsync("a@example.com", "b@example.org");
        await relay.Relay.Program.WaitForLineAsync("delivered");
        await relay.StopAsync();

        byte[] last = relay.Collector.Requests("/v1/metrics")[^1];
        Dictionary<string, string> resource = PushedMetric.Resource(last);
        Assert.Equal("relay.fast", resource["service.name"]);
        Assert.Equal("relay.test", resource["service.instance.id"]);
        Assert.Equal("relay.test", resource["host.name"]);
        PushedMetric[] metrics = [.. PushedMetric.Read(last)];
        string document = await File.ReadAllTextAsync(Path.Combine(Tool.Repository, "docs/metrics.md"));
        Assert.All(
            metrics.Where(static m => m.Name.StartsWith("relay.", StringComparison.Ordinal)),
            m => Assert.Contains($"`{m.Name}` | `{m.Unit}` |", document, StringComparison.Ordinal));
        PushedMetric Of(string name) => metrics.Single(m => m.Name == name);
        Assert.Equal(1, Of("relay.messages.received").Points["outcome=accepted"]);
        Assert.Equal(1, Of("relay.deliveries").Points["outcome=delivered"]);
        Assert.Equal(0, Of("relay.queue.messages").Points["state=active"]);
        Assert.True(Of("relay.queue.commit.duration").Points[string.Empty] >= 1);
        Assert.Equal(1, Of("relay.delivery.delay").Points[string.Empty]);
        Assert.True(metrics.Single(static m => m.Name == "dotnet.gc.collections").Points.Count > 0);
        Assert.Empty(relay.Collector.Requests("/v1/traces"));
    }

    [Fact]
    public async Task By_gRPC_the_same_is_pushed_and_what_the_collector_refuses_is_told_of_once()
    {
        await using OtlpRelay relay = await OtlpRelay.StartAsync(
            null, isTls: false,
            "otlp.protocol=grpc", "otlp.metrics={0}", "otlp.traces={0}", "otlp.sample=1");
        string id = await relay.SendAsync("a@example.com", "b@example.org");
        await relay.Relay.Program.WaitForLineAsync("delivered");
        await relay.Collector.WhenAsync(c => c.Spans.Any(s => s.Name == "deliver" && s["relay.queue.id"] == id));
        relay.Collector.Trailers = ("16", "who%20are you");
        await relay.SendAsync("a@example.com", "c@example.org");
        await relay.Relay.Program.WaitForLineAsync("gRPC status 16 who are you");
        await relay.StopAsync();

        Assert.Single(relay.Relay.Program.Output.Split('\n'), static line =>
            line.Contains("otlp.traces: ", StringComparison.Ordinal));
        PushedMetric[] metrics = [.. PushedMetric.Read(relay.Collector.Requests(relay.Collector.MetricsPath)[^1])];
        Assert.Equal(2, metrics.Single(m => m.Name == "relay.messages.received").Points["outcome=accepted"]);
    }

    [Fact]
    public async Task A_message_is_one_trace_of_its_reception_its_waits_and_each_attempt_with_peer_reply_and_TLS()
    {
        int refused = 0;
        await using OtlpRelay relay = await OtlpRelay.StartAsync(
            (_, line) => line.StartsWith("RCPT", StringComparison.Ordinal) && Interlocked.Increment(ref refused) == 1
                ? "451 4.7.1 Greylisted"
                : null,
            isTls: true,
            "otlp.traces={0}", "otlp.sample=1");
        string id = await relay.SendAsync("a@example.com", "b@example.org");
        await relay.Relay.Program.WaitForLineAsync("Greylisted");
        await relay.Relay.QueueAsync("flush");
        await relay.NextHop.WhenAsync(static e => e.Mails.Count == 1);
        await relay.Relay.Program.WaitForLineAsync("delivered");
        await relay.StopAsync();

        IReadOnlyList<PushedSpan> spans = relay.Collector.Spans;
        Assert.Single(spans.Select(static s => s.TraceId).Distinct());
        Assert.All(spans, static s => Assert.True(s.End > s.Start, s.Name));
        PushedSpan reception = Assert.Single(spans, static s => s.Name == "receive");
        Assert.Equal(string.Empty, reception.Parent);
        Assert.Equal(PushedSpan.Server, reception.Kind);
        Assert.Equal(id, reception["relay.queue.id"]);
        Assert.Equal("127.0.0.1", reception["client.address"]);
        Assert.Equal("client.test", reception["relay.client.helo"]);
        Assert.Equal("accepted", reception["relay.outcome"]);
        Assert.Equal("smtp", reception["network.protocol.name"]);
        Assert.Equal("ESMTP", reception["relay.protocol"]);

        PushedSpan[] attempts = [.. spans.Where(static s => s.Name == "deliver").OrderBy(static s => s.Start)];
        Assert.Equal(2, attempts.Length);
        Assert.All(attempts, a =>
        {
            Assert.Equal(reception.SpanId, a.Parent);
            Assert.Equal(PushedSpan.Client, a.Kind);
            Assert.Equal(id, a["relay.queue.id"]);
            Assert.StartsWith("smtp:[127.0.0.1]", a["relay.destination"], StringComparison.Ordinal);
            Assert.Equal("127.0.0.1", a["network.peer.address"]);
            Assert.Equal("1.3", a["tls.protocol.version"]);
            Assert.StartsWith("TLS_", a["tls.cipher"], StringComparison.Ordinal);
        });
        Assert.Equal(["deferred", "delivered"], attempts.Select(static a => a["relay.outcome"]));
        Assert.Equal(["1", "2"], attempts.Select(static a => a["relay.attempt"]));
        Assert.Equal("451 4.7.1 Greylisted", attempts[0]["relay.reply"]);
        Assert.Equal("451", attempts[0]["error.type"]);
        Assert.Equal(PushedSpan.Error, attempts[0].Status);
        Assert.StartsWith("250 ", attempts[1]["relay.reply"], StringComparison.Ordinal);
        Assert.Equal("(none)", attempts[1]["error.type"]);
        PushedSpan wait = Assert.Single(spans, s => s.Name == "queue" && s.Start >= attempts[0].End);
        Assert.Equal(reception.SpanId, wait.Parent);
        Assert.Equal(attempts[1].Start, wait.End);
        Assert.DoesNotContain(
            spans, static s => s.Attributes.Values.Any(static v => v.Contains('@', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refused_message_is_traced_with_our_reply_and_a_notification_points_to_what_it_reports_on()
    {
        await using OtlpRelay relay = await OtlpRelay.StartAsync(
            static (_, line) => line.StartsWith("RCPT TO:<bad@", StringComparison.Ordinal) ? "550 5.1.1 No mailbox" : null,
            isTls: false,
            "otlp.traces={0}", "otlp.sample=1", "server.receivedFieldsMax=2");
        string refusal = await relay.SendAsync(
            "a@example.com", "b@example.org", string.Join("\r\n", Enumerable.Repeat("Received: from x by y", 3)));
        Assert.StartsWith("554 5.4.6", refusal, StringComparison.Ordinal);
        string id = await relay.SendAsync("a@example.com", "bad@example.org");
        await relay.NextHop.WhenAsync(static e => e.Mails.Count == 1); // the notification
        await relay.Relay.Program.WaitForLineAsync("to=<a@example.com>");
        await relay.StopAsync();

        IReadOnlyList<PushedSpan> spans = relay.Collector.Spans;
        PushedSpan refused = Assert.Single(spans, static s => s["relay.outcome"] == "refused");
        Assert.Equal("receive", refused.Name);
        Assert.Equal("554", refused["error.type"]);
        Assert.Equal(PushedSpan.Error, refused.Status);
        Assert.Single(spans, s => s.TraceId == refused.TraceId);
        PushedSpan failed = Assert.Single(spans, static s => s["relay.outcome"] == "failed");
        Assert.Equal("550 5.1.1 No mailbox", failed["relay.reply"]);
        PushedSpan notification = Assert.Single(spans, s => s["relay.original"] == id);
        Assert.Equal([failed.TraceId], notification.LinkedTraces);
        Assert.NotEqual(failed.TraceId, notification.TraceId);
    }

    [Fact]
    public async Task A_collector_that_answers_nothing_holds_up_neither_mail_nor_the_stop_and_is_told_of_once()
    {
        using var mute = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        mute.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        mute.Listen(16);
        int port = ((IPEndPoint)mute.LocalEndPoint!).Port;
        int gone = Workspace.FreePort();
        await using OtlpRelay relay = await OtlpRelay.StartAsync(
            null,
            isTls: false,
            string.Create(CultureInfo.InvariantCulture, $"otlp.metrics=http://127.0.0.1:{port}"),
            string.Create(CultureInfo.InvariantCulture, $"otlp.traces=http://127.0.0.1:{gone}"),
            "otlp.metricsInterval=1s", "otlp.sample=1");
        for (int i = 0; i < 20; i++)
        {
            await relay.SendAsync("a@example.com", "b@example.org");
        }

        await relay.NextHop.WhenAsync(static e => e.Mails.Count == 20);
        await relay.Relay.Program.WaitForLineAsync("does not take what is pushed");
        await relay.SendAsync("a@example.com", "b@example.org"); // one more batch, pushed in vain
        await relay.StopAsync();
        Assert.Single(relay.Relay.Program.Output.Split('\n'), static line =>
            line.Contains("otlp.traces: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_begins_and_ends_pushing()
    {
        await using OtlpRelay relay = await OtlpRelay.StartAsync(null, isTls: false);
        await relay.SendAsync("a@example.com", "before@example.org");
        await relay.Relay.Program.WaitForLineAsync("delivered");
        Assert.False(IsLoaded(relay)); // who does not push pays nothing
        string file = await File.ReadAllTextAsync(relay.Relay.ConfigurationPath);
        await ReloadAsync(relay, file.Insert(
            file.LastIndexOf('}'), $$""", "otlp": { "traces": "{{relay.Collector.Url}}", "sample": 1 } """));
        Assert.True(IsLoaded(relay));
        string traced = await relay.SendAsync("a@example.com", "traced@example.org");
        await relay.Relay.Program.WaitForLineAsync("delivered");
        await ReloadAsync(relay, file);
        await relay.SendAsync("a@example.com", "after@example.org");
        await relay.Relay.Program.WaitForLineAsync("delivered");
        await relay.StopAsync();
        Assert.Equal([traced], relay.Collector.Spans
            .Select(static s => s["relay.queue.id"]).Where(static i => i.Length == 16)
            .Distinct());
    }

    private static async Task ReloadAsync(OtlpRelay relay, string configuration)
    {
        await File.WriteAllTextAsync(relay.Relay.ConfigurationPath, configuration);
        await relay.Relay.Program.SignalAsync("HUP");
        string line = await relay.Relay.Program.WaitForLineAsync("reload");
        Assert.Contains("reloaded", line, StringComparison.Ordinal);
        Assert.DoesNotContain("next start", line, StringComparison.Ordinal);
    }

    private static bool IsLoaded(OtlpRelay relay) => File.ReadAllText($"/proc/{relay.Relay.Program.Id}/maps")
        .Contains("OpenTelemetry", StringComparison.Ordinal);
}
