using System.Collections.Concurrent;
using Relay.Queue;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>Sendmail: "-v shows the dialogue".</summary>
public sealed class DialogueTests
{
    private const string Plain = "250 mx.test";

    [Fact]
    public async Task Commands_replies_and_the_connection_are_shown_in_order_and_content_is_not()
    {
        await using var exchanger = new ScriptedMailExchanger { Offer = Plain };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        Recorder recorder = Watch(harness);

        await harness.SendAsync("user@a.test");

        string[] lines = await recorder.WhenClosedAsync();
        Assert.StartsWith("user@a.test... Connecting to ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith($" port {exchanger.Port} via relay...", lines[0], StringComparison.Ordinal);
        Assert.Equal(
            [
                "220", ">>> EHLO relay.test", "250", ">>> MAIL FROM:<sender@client.test>", "250",
                ">>> RCPT TO:<user@a.test>", "250", ">>> DATA", "354", ">>> .", "250", "Closing", ">>> QUIT", "221",
            ],
            lines[1..].Select(Short));
        Assert.DoesNotContain(lines, static l => l.Contains("Hello", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_line_of_a_reply_is_shown()
    {
        await using var exchanger = new ScriptedMailExchanger(
            line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550-5.1.1 no\r\n550 5.1.1 such user" : null);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        Recorder recorder = Watch(harness);
        await harness.SendAsync("user@a.test");
        string[] lines = await recorder.WhenClosedAsync();
        Assert.Contains("550-5.1.1 no", lines);
        Assert.Contains("550 5.1.1 such user", lines);
        Assert.Contains("250-PIPELINING", lines);
    }

    [Fact]
    public async Task A_watched_message_has_its_connection_for_itself()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        Recorder recorder = Watch(harness);
        await harness.SendAsync("user@a.test");
        await recorder.WhenClosedAsync();
        await harness.SendAsync("other@a.test");
        Assert.Equal([1, 2], exchanger.Mails.Select(static m => m.Connection));
    }

    [Fact]
    public async Task An_open_connection_is_used_and_named_as_such()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SendAsync("first@a.test");
        await harness.UntilAsync(s => s is { Active: 0, Connections: 1 });
        Recorder recorder = Watch(harness);
        await harness.SendAsync("user@a.test");
        string[] lines = await recorder.WhenClosedAsync();
        Assert.StartsWith("user@a.test... Using cached connection to ", lines[0], StringComparison.Ordinal);
        Assert.Equal(1, exchanger.Connections);
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_named_and_the_dialogue_ends()
    {
        int port;
        await using (var gone = new ScriptedMailExchanger())
        {
            port = gone.Port;
        }

        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(port);
        Recorder recorder = Watch(harness);
        await harness.SendAsync("user@a.test");
        string[] lines = await recorder.WhenClosedAsync();
        Assert.StartsWith("user@a.test... Connecting to ", lines[0], StringComparison.Ordinal);
        Assert.All(lines, static l => Assert.False(l.StartsWith(">>>", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_the_dialogue_too()
    {
        await using var exchanger = new ScriptedMailExchanger(line => line == "DATA" ? Cut : null) { Offer = Plain };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        Recorder recorder = Watch(harness);
        await harness.SendAsync("user@a.test");
        Assert.Contains(">>> DATA", await recorder.WhenClosedAsync());
    }

    [Theory]
    [InlineData("Closing connection to ")]
    [InlineData(">>> QUIT")]
    [InlineData("220 ")]
    [InlineData(">>> .")]
    public async Task A_watcher_that_fails_costs_at_most_the_attempt_and_the_destination_goes_on(string line)
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var harness = new DeliveryHarness(DeliveryHarness.OneConnection);
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        Watch(harness).FailsAt = line;
        await harness.SubmitAsync("watched@a.test");
        await exchanger.WhenAsync(static e => e.Connections == 1);
        await harness.SubmitAsync("other@a.test");

        await exchanger.WhenAsync(static e => e.Mails.Any(
            static m => m.Recipients.Any(static r => r.Contains("other@a.test", StringComparison.Ordinal))));
    }

    private static string Short(string line) =>
        line.StartsWith(">>> MAIL", StringComparison.Ordinal) ? line.Split(" SIZE", 2)[0]
        : line.StartsWith(">>>", StringComparison.Ordinal) ? line
        : line.StartsWith("Closing connection to ", StringComparison.Ordinal) ? "Closing"
        : line[..3];

    private static Recorder Watch(DeliveryHarness harness)
    {
        var recorder = new Recorder();
        harness.Service.Dialogues = recorder;
        return recorder;
    }

    /// <summary>Watches the first message that it is asked about.</summary>
    private sealed class Recorder : IDialogueObserver, IDialogue
    {
        private readonly ConcurrentQueue<string> _lines = [];
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private QueueId? _id;
        private int _open;

        public IDialogue? Find(QueueId id) => (_id ??= id) == id ? this : null;

        /// <summary>Lines with this beginning are not taken.</summary>
        public string? FailsAt { get; set; }

        public void Add(string line)
        {
            if (FailsAt is not null && line.StartsWith(FailsAt, StringComparison.Ordinal))
            {
                throw new InvalidOperationException("the watcher is gone");
            }

            _lines.Enqueue(line);
        }

        public void Opened() => Interlocked.Increment(ref _open);

        public void Closed()
        {
            if (Interlocked.Decrement(ref _open) == 0)
            {
                _closed.TrySetResult();
            }
        }

        public void Parked(string line) => Add(line);

        public async Task<string[]> WhenClosedAsync()
        {
            await _closed.Task.WaitAsync(TimeSpan.FromSeconds(60));
            return [.. _lines];
        }
    }
}
