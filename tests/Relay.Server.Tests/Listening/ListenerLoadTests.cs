using System.Net;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>Load averages of one listener (Sendmail: refuseLA and delayLA of DaemonPortOptions).</summary>
public sealed class ListenerLoadTests
{
    [Fact]
    public async Task A_listeners_refuseLA_counts_for_it_alone_and_more_than_that_of_all_and_follows_a_reload()
    {
        SmtpListenerOptions own = LiveServer.Alone();
        SmtpListenerOptions other = LiveServer.Alone();
        await using LiveServer live = await LiveServer.StartAsync(Options(10, own.EndPoint, other.EndPoint));
        live.Load.OneMinute = 12;
        live.Heartbeat.Tick();
        Assert.StartsWith("421 4.3.2 ", Greeting(live.Server.EndPoints[0]), StringComparison.Ordinal);
        Assert.StartsWith("220 ", Greeting(live.Server.EndPoints[1]), StringComparison.Ordinal);

        await live.Server.ReloadAsync(Options(30, own.EndPoint, other.EndPoint));
        live.Load.OneMinute = 25;
        live.Heartbeat.Tick();
        Assert.StartsWith("220 ", Greeting(live.Server.EndPoints[0]), StringComparison.Ordinal);
        Assert.StartsWith("421 4.3.2 ", Greeting(live.Server.EndPoints[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_listeners_delayLA_counts_for_it_alone_and_more_than_that_of_all()
    {
        using var fixture = new ServerFixture(new SmtpServerOptions { HostName = "mx.test", DelayLoad = 20 });
        var own = new TestClient(fixture.Context, new InMemoryConnection(), delayLoad: 10);
        TestClient other = fixture.Connect();
        Assert.NotEqual(string.Empty, own.Hear());
        Assert.NotEqual(string.Empty, other.Hear());
        fixture.Load.OneMinute = 12;
        fixture.Heartbeat.Tick();

        Assert.Equal("250 2.0.0 OK\r\n", other.Say("NOOP\r\n"));
        Assert.Equal(string.Empty, own.Say("NOOP\r\n"));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("250 2.0.0 OK\r\n", own.Hear());
        Assert.Single(fixture.Log.Lines, static line => line.Contains(
            "delaying=NOOP, load average=12 >= 10", StringComparison.Ordinal));
    }

    private static SmtpServerOptions Options(int refuseLoad, EndPoint own, EndPoint other) => new()
    {
        HostName = "mx.test",
        RefuseLoad = 24,
        Listeners =
        [
            new SmtpListenerOptions { Name = "OWN", EndPoint = own, RefuseLoad = refuseLoad },
            new SmtpListenerOptions { Name = "OTHER", EndPoint = other },
        ],
    };

    private static string Greeting(EndPoint endPoint)
    {
        using var client = new SocketClient(endPoint);
        return client.ReadReply();
    }
}
