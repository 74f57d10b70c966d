using System.Net;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Interop;

/// <summary>Gates and throttles on the real clock, over real sockets, with Debian's swaks as the client.</summary>
public sealed class GateTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Swaks_waits_through_greet_pause_and_sends_its_message()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.Connection = new ConnectionDecision { GreetPause = TimeSpan.FromMilliseconds(1500) };
        long start = TimeProvider.System.GetTimestamp();

        await DebianClientTests.RunAsync("swaks", Arguments(live, "b@there.example"));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 1500, 60_000);
        Assert.Single(live.Queue.Messages);
    }

    [Fact]
    public async Task Swaks_hears_what_a_client_rejected_at_connect_hears()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.ConnectionRefusal = "550 5.7.1 Access denied";

        string output = await DebianClientTests.RunAsync("swaks", Arguments(live, "b@there.example"), exitCode: 23);

        Assert.Contains("<-  220 mx.test ESMTP Relay.Fast", output, StringComparison.Ordinal);
        Assert.Contains("<-  250 ENHANCEDSTATUSCODES", output, StringComparison.Ordinal);
        Assert.Contains("<** 550 5.7.1 Access denied", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swaks_waits_a_second_behind_each_refused_recipient_and_its_good_ones_get_their_mail()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            BadRecipientThrottle = 1,
            Listeners = [LiveServer.Loopback()],
        });
        long start = TimeProvider.System.GetTimestamp();

        await DebianClientTests.RunAsync(
            "swaks", Arguments(live, "refused@denied.example,b@there.example,c@there.example"));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), 2 * Second, 60 * Second);
        Assert.Equal(2, Assert.Single(live.Queue.Messages).Recipients.Count);
    }

    [Fact]
    public async Task A_client_that_talks_before_its_greeting_hears_554_at_once()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.Connection = new ConnectionDecision { GreetPause = TimeSpan.FromMinutes(5) };
        using var client = new SocketClient(live.EndPoint);

        Assert.Equal("554 mx.test ESMTP not accepting messages\r\n", client.Say("EHLO x\r\n"));
        Assert.StartsWith("250-", client.ReadReply(), StringComparison.Ordinal);
        Assert.Equal("550 5.0.0 Command rejected\r\n", client.Say("MAIL FROM:<>\r\n"));
        Assert.Equal("221 2.0.0 mx.test closing connection\r\n", client.Say("QUIT\r\n"));
    }

    [Fact]
    public async Task A_thousand_clients_wait_at_once_without_a_thread_each_and_all_are_greeted()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.Connection = new ConnectionDecision { GreetPause = 2 * Second };
        int threads = ThreadPool.ThreadCount;
        SocketClient[] clients = [.. Enumerable.Range(0, 1000).Select(_ => new SocketClient(live.EndPoint))];
        await Listening.ListenerTests.WaitUntilAsync(() => live.Server.Counters.SessionsOpened == 1000);
        Assert.InRange(ThreadPool.ThreadCount, 0, threads + 250); // some are other tests'

        foreach (SocketClient client in clients)
        {
            Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
            client.Dispose();
        }
    }

    private static string[] Arguments(LiveServer live, string to) =>
    [
        "--server", "127.0.0.1", "--port", $"{((IPEndPoint)live.EndPoint).Port}", "--from", "a@client.example", "--to",
        to, "--helo", "client.example",
    ];
}
