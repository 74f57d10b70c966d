using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.Delivery.Tests;

/// <summary>
/// Connections that come to nothing and replies that are none, or only half: at whatever stage, the recipient is
/// deferred, and what the next hop took is not lost and not sent for nothing.
/// </summary>
public sealed class ReplyFaultTests
{
    private static readonly string[] _stages = [Connected, "EHLO", "MAIL", "RCPT", "DATA", EndOfData];

    private static readonly string[] _noReplies =
    [
        "250-half of a reply<then cut>",
        "\u0000\u00ff\u0080\u0001",
        "25",
        "250",
        "999 no such code",
        "250-one\r\n550 two",
        new string('x', 100_000),
        string.Concat(Enumerable.Repeat("250-and so on\r\n", 2000)) + "250 at last",
    ];

    public static TheoryData<string, int> Faults { get; } = new(
        from stage in _stages
        from number in Enumerable.Range(0, _noReplies.Length)
        where _noReplies[number] != "250" // a code alone is a reply (RFC 5321 §4.2)
            && !(_noReplies[number].StartsWith("250-half", StringComparison.Ordinal) && stage == Connected)
        select (stage, number));

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_no_whole_reply_defers_and_ends_the_session(string stage, int number)
    {
        string? Script(string line) => line.StartsWith(stage, StringComparison.Ordinal) ? _noReplies[number] : null;
        await using var exchanger = new ScriptedMailExchanger(Script) { Offer = "250 mx.test" };
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        RecordingQueue.Completion completion = await harness.SendAsync("user@a.test");
        Assert.Equal((RecipientStatus.Deferred, 0), (completion.Only.Status, completion.Only.Code));
        Assert.NotEmpty(completion.Only.Text);
        Assert.Equal((1, 1), (exchanger.Connections, (int)harness.Queue.Statistics.Messages));
        Assert.Equal(stage == EndOfData ? 1 : 0, exchanger.ContentsReceived);
        Assert.DoesNotContain(exchanger.Lines, static l => l.EndsWith("QUIT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("421 4.3.2 busy", RecipientStatus.Deferred, 421)]
    [InlineData("450 4.3.2 busy", RecipientStatus.Deferred, 450)]
    [InlineData("550 5.7.1 not you", RecipientStatus.Bounced, 550)]
    [InlineData("garbage", RecipientStatus.Deferred, 0)]
    [InlineData("250-half<then cut>", RecipientStatus.Deferred, 0)]
    [InlineData(Cut, RecipientStatus.Deferred, 0)]
    public async Task Failure_at_helo_behind_a_refused_ehlo_has_its_outcome(
        string reply, RecipientStatus status, int code)
    {
        string? Script(string line) =>
            line.StartsWith("EHLO", StringComparison.Ordinal) ? "502 5.5.1 what"
            : line.StartsWith("HELO", StringComparison.Ordinal) ? reply
            : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness();
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal((status, code), (completion.Only.Status, completion.Only.Code));
        Assert.Equal(status == RecipientStatus.Deferred ? 1 : 0, harness.Queue.Statistics.Messages);
        Assert.DoesNotContain(exchanger.Lines, static l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BDAT", "452 4.3.1 no room", RecipientStatus.Deferred, 452)]
    [InlineData("BDAT", "421 4.3.2 busy<then cut>", RecipientStatus.Deferred, 421)]
    [InlineData("BDAT", Cut, RecipientStatus.Deferred, 0)]
    [InlineData(EndOfData, "452 4.3.1 no room", RecipientStatus.Deferred, 452)]
    [InlineData(EndOfData, "421 4.3.2 busy<then cut>", RecipientStatus.Deferred, 421)]
    [InlineData(EndOfData, "554 5.6.0 not that", RecipientStatus.Bounced, 554)]
    [InlineData(EndOfData, "garbage", RecipientStatus.Deferred, 0)]
    [InlineData(EndOfData, "554-half<then cut>", RecipientStatus.Deferred, 0)]
    [InlineData(EndOfData, Cut, RecipientStatus.Deferred, 0)]
    public async Task Failure_at_the_chunk_has_its_outcome(
        string stage, string reply, RecipientStatus status, int code)
    {
        string? Script(string line) => line.StartsWith(stage, StringComparison.Ordinal) ? reply : null;
        await using var exchanger = new ScriptedMailExchanger(Script);
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", UseChunking = true });
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port);
        await harness.SubmitAsync("user@a.test", reversePath: string.Empty);
        RecordingQueue.Completion completion = await harness.Queue.NextAsync();
        Assert.Equal((status, code), (completion.Only.Status, completion.Only.Code));
        Assert.Empty(exchanger.Mails);
    }

    [Fact]
    public async Task No_answer_to_the_handshake_is_ended_by_its_timeout_and_the_next_host_is_tried()
    {
        using var silent = new SilentListener();
        using var first = new SilentListener(); // another one: who was silent is remembered, and tried last
        await using var exchanger = new ScriptedMailExchanger();
        var timeouts = new ClientTimeouts { Connect = TimeSpan.FromSeconds(30), Greeting = TimeSpan.FromDays(1000) };
        await using var harness = new DeliveryHarness(
            new DeliveryOptions { HostName = "relay.test", Timeouts = timeouts });
        harness.Routes["alone.test"] = TestRoutes.To(silent.Port, name: "alone");
        harness.Routes["two.test"] = new Route(
            RouteKind.Smtp,
            "two",
            [new NextHop("127.0.0.1", first.Port, false, 0), new NextHop("127.0.0.1", exchanger.Port, false, 1)]);
        DateTimeOffset start = harness.Time.GetUtcNow();
        await harness.SubmitAsync("user@alone.test");
        await silent.WhenTriedAsync();
        harness.Time.Advance(timeouts.Connect + TimeSpan.FromSeconds(2));
        RecordingQueue.Completion alone = await harness.Queue.NextAsync();
        Assert.Equal((RecipientStatus.Deferred, "4.4.1"), (alone.Only.Status, alone.Only.Enhanced));
        Assert.Contains("imed out", alone.Only.Text, StringComparison.Ordinal);
        Assert.InRange(harness.Time.GetUtcNow() - start, timeouts.Connect, TimeSpan.MaxValue);

        QueueId id = await harness.SubmitAsync("user@two.test");
        await first.WhenTriedAsync();
        harness.Time.Advance(timeouts.Connect + TimeSpan.FromSeconds(2));
        await exchanger.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Equal("RCPT TO:<user@two.test>", Assert.Single(Assert.Single(exchanger.Mails).Recipients));
        Assert.False(id.IsNone);
    }

    /// <summary>Its queue of connections is full, so that the system answers no further handshake.</summary>
    private sealed class SilentListener : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket[] _clients = new Socket[8];
        private readonly int _own;

        public SilentListener()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            for (int i = 0; i < _clients.Length; i++)
            {
                _clients[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                {
                    Blocking = false,
                };
                try
                {
                    _clients[i].Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
                {
                    // under way, as it is meant to be
                }
            }

            _own = HandshakesUnderWay();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        /// <summary>Completes once a handshake of somebody else is under way.</summary>
        public async Task WhenTriedAsync()
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (HandshakesUnderWay() <= _own)
            {
                deadline.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        private int HandshakesUnderWay() =>
            IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
                .Count(c => c.State == TcpState.SynSent && c.RemoteEndPoint.Port == Port);

        public void Dispose()
        {
            Array.ForEach(_clients, static c => c.Dispose());
            _listener.Dispose();
        }
    }
}
