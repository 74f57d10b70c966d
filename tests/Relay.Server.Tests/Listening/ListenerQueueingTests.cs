using System.Net;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>
/// Listeners whose mail is queued only, always or by the load (Sendmail: DeliveryMode, queueLA of DaemonPortOptions).
/// </summary>
public sealed class ListenerQueueingTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Mail_of_a_listener_in_queue_mode_waits_that_of_another_does_not_and_a_reload_counts()
    {
        SmtpListenerOptions own = LiveServer.Alone();
        SmtpListenerOptions other = LiveServer.Alone();
        await using LiveServer live = await LiveServer.StartAsync(
            Options(own.EndPoint, other.EndPoint, queuesOnly: true));
        Assert.Equal(Wait, Send(live, 0).FirstWait);
        Assert.Equal(TimeSpan.Zero, Send(live, 1).FirstWait);

        await live.Server.ReloadAsync(Options(own.EndPoint, other.EndPoint));
        Assert.Equal(TimeSpan.Zero, Send(live, 0).FirstWait);
        await live.Server.ReloadAsync(Options(own.EndPoint, other.EndPoint, queueLoad: 1));
        live.Load.OneMinute = 12;
        live.Heartbeat.Tick();
        Assert.Equal(Wait, Send(live, 0).FirstWait);
    }

    [Fact]
    public async Task From_a_listeners_queueLA_on_its_mail_waits_and_no_other()
    {
        SmtpListenerOptions own = LiveServer.Alone();
        SmtpListenerOptions other = LiveServer.Alone();
        await using LiveServer live = await LiveServer.StartAsync(Options(own.EndPoint, other.EndPoint, queueLoad: 12));
        foreach ((double load, TimeSpan expected) in new[] { (11.4, TimeSpan.Zero), (11.6, Wait), (3, TimeSpan.Zero) })
        {
            live.Load.OneMinute = load;
            live.Heartbeat.Tick();
            Assert.Equal(expected, Send(live, 0).FirstWait);
            Assert.Equal(TimeSpan.Zero, Send(live, 1).FirstWait);
        }
    }

    [Fact]
    public async Task One_session_asks_for_every_message_anew()
    {
        SmtpListenerOptions own = LiveServer.Alone();
        await using LiveServer live = await LiveServer.StartAsync(
            Options(own.EndPoint, LiveServer.Alone().EndPoint, queueLoad: 12));
        live.Load.OneMinute = 20;
        live.Heartbeat.Tick();
        using var client = new SocketClient(live.Server.EndPoints[0]);
        client.ReadReply();
        Say(client, "EHLO c.test");
        Transfer(client);
        live.Load.OneMinute = 2;
        live.Heartbeat.Tick();
        Transfer(client);
        Assert.Equal([Wait, TimeSpan.Zero], live.Queue.Messages.Select(static m => m.FirstWait));
    }

    [Fact]
    public async Task Behind_a_proxy_mail_waits_as_well()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            QueueWait = Wait,
            Proxies = [IPNetwork.Parse("127.0.0.0/8")],
            Listeners =
            [
                new SmtpListenerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0), QueuesOnly = true, ExpectsProxy = true,
                },
            ],
        });
        Assert.Equal(Wait, Send(live, 0, "PROXY TCP4 192.0.2.1 192.0.2.9 5000 25\r\n").FirstWait);
    }

    private static SmtpServerOptions Options(
        EndPoint own, EndPoint other, bool queuesOnly = false, int queueLoad = 0)
    {
        return new SmtpServerOptions
        {
            HostName = "mx.test",
            QueueWait = Wait,
            Listeners =
            [
                new SmtpListenerOptions
                {
                    Name = "OWN", EndPoint = own, QueuesOnly = queuesOnly, QueueLoad = queueLoad,
                },
                new SmtpListenerOptions { Name = "OTHER", EndPoint = other },
            ],
        };
    }

    private static RecordedMessage Send(LiveServer live, int listener, string before = "")
    {
        using var client = new SocketClient(live.Server.EndPoints[listener]);
        client.Send(before);
        client.ReadReply();
        Say(client, "EHLO c.test");
        Transfer(client);
        return live.Queue.Messages[^1];
    }

    private static void Transfer(SocketClient client)
    {
        Say(client, "MAIL FROM:<a@b.test>");
        Say(client, "RCPT TO:<c@d.test>");
        Say(client, "DATA");
        Say(client, "Subject: x\r\n\r\nx\r\n.");
    }

    private static void Say(SocketClient client, string line)
    {
        client.Send($"{line}\r\n");
        string reply = client.ReadReply();
        Assert.True(reply[0] is '2' or '3', reply);
    }
}
