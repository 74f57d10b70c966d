using System.Net;
using System.Net.Sockets;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>Sendmail: ratecontrol (ClientRate:), conncontrol (ClientConn:), MaxDaemonChildren, RefuseLA.</summary>
public sealed class ClientLimitTests
{
    private const string RateExceeded = "452 4.3.2 Connection rate limit exceeded.\r\n";
    private const string TooManyOpen = "452 4.3.2 Too many open connections.\r\n";

    [Fact]
    public async Task The_connection_beyond_ClientRate_in_a_minute_is_greeted_and_its_mail_refused_with_452()
    {
        var time = new Testing.ManualTimeProvider();
        await using LiveServer live = await LiveServer.StartAsync(time: time);
        live.Policy.Connection = new ConnectionDecision { ClientRateMax = 3 };
        for (int n = 0; n < 3; n++)
        {
            Assert.StartsWith("250 ", Mail(live), StringComparison.Ordinal);
        }

        Assert.Equal(RateExceeded, Mail(live));
        Assert.Equal(5, Rate(live, "127.0.0.1"));
        Assert.Equal(1, Rate(live, "127.0.0.2"));

        time.Advance(TimeSpan.FromSeconds(61));
        Assert.StartsWith("250 ", Mail(live), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connection_beyond_ClientConn_is_greeted_and_its_mail_refused_with_452_until_one_is_closed()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.Connection = new ConnectionDecision { ClientConnectionsMax = 2 };
        using (var first = new SocketClient(live.EndPoint))
        {
            first.ReadReply();
            using var second = new SocketClient(live.EndPoint);
            second.ReadReply();
            Assert.Equal(TooManyOpen, Mail(live));
            using var elsewhere = new SocketClient(live.EndPoint, IPAddress.Parse("127.0.0.2"));
            Assert.StartsWith("220 ", elsewhere.ReadReply(), StringComparison.Ordinal);
            elsewhere.Say("HELO x\r\n");
            Assert.StartsWith("250 ", elsewhere.Say("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
        }

        await ListenerTests.WaitUntilAsync(() => Mail(live).StartsWith("250 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_option_terminate_both_are_421_in_place_of_the_banner()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.Connection = new ConnectionDecision { ClientConnectionsMax = 1, LimitsTerminate = true };
        using var first = new SocketClient(live.EndPoint);
        first.ReadReply();
        using (var second = new SocketClient(live.EndPoint))
        {
            Assert.Equal("421 4.3.2 Too many open connections.\r\n", second.ReadReply());
            Assert.True(second.IsClosedByServer());
        }

        live.Policy.Connection = new ConnectionDecision { ClientRateMax = 1, LimitsTerminate = true };
        using var third = new SocketClient(live.EndPoint);
        Assert.Equal("421 4.3.2 Connection rate limit exceeded.\r\n", third.ReadReply());
        Assert.True(third.IsClosedByServer());
    }

    [Fact]
    public async Task A_refusal_of_the_policys_own_comes_before_the_limits()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        live.Policy.Connection = new ConnectionDecision
        {
            ClientRateMax = 1,
            Refusal = "550 5.7.1 Access denied"u8.ToArray(),
        };
        Mail(live);
        Assert.Equal("550 5.7.1 Access denied\r\n", Mail(live));
    }

    [Fact]
    public async Task The_session_beyond_its_listeners_children_hears_421_and_the_log_tells_of_it_once()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            Listeners =
            [
                new SmtpListenerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), ConnectionsMax = 1 },
            ],
        });
        using (var first = new SocketClient(live.EndPoint))
        {
            first.ReadReply();
            for (int n = 0; n < 3; n++)
            {
                using var next = new SocketClient(live.EndPoint);
                Assert.Equal("421 4.3.2 mx.test Too many open connections, try again later\r\n", next.ReadReply());
                Assert.True(next.IsClosedByServer());
            }
        }

        Assert.Single(
            live.Log.Lines,
            line => line.EndsWith("rejecting connections on daemon MTA: 1 children, max 1", StringComparison.Ordinal));
        await ListenerTests.WaitUntilAsync(() =>
        {
            using var client = new SocketClient(live.EndPoint);
            return client.ReadReply().StartsWith("220 ", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task From_the_load_of_RefuseLA_on_connections_hear_421_and_the_log_tells_the_load()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            RefuseLoad = 24,
            Listeners = [LiveServer.Loopback()],
        });
        live.Load.OneMinute = 29.7;
        live.Heartbeat.Tick();
        using (var client = new SocketClient(live.EndPoint))
        {
            Assert.Equal("421 4.3.2 mx.test Load average too high, try again later\r\n", client.ReadReply());
            Assert.True(client.IsClosedByServer());
        }

        Assert.Contains(
            live.Log.Lines,
            line => line.EndsWith("rejecting connections on daemon MTA: load average: 30", StringComparison.Ordinal));
        live.Load.OneMinute = 23.4;
        live.Heartbeat.Tick();
        Assert.StartsWith("250 ", Mail(live), StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_option_no_socket_listens_while_the_listener_has_all_its_children_and_then_again()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            ClosesWhileRefusing = true,
            Listeners = [LiveServer.Alone(connectionsMax: 1)],
        });
        using (var first = new SocketClient(live.EndPoint))
        {
            first.ReadReply();
            await ListenerTests.WaitUntilAsync(() => IsRefused(live));
            live.Heartbeat.Tick();
            Assert.True(IsRefused(live)); // a beat without room opens nothing
            first.Say("HELO x\r\n");
            Assert.StartsWith("250 ", first.Say("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
        }

        await ListenerTests.WaitUntilAsync(() =>
        {
            live.Heartbeat.Tick();
            return !IsRefused(live);
        });
        await ListenerTests.WaitUntilAsync(() => live.Log.Lines.Any(static line => // behind the socket's return
            line.EndsWith("accepting connections again for daemon MTA", StringComparison.Ordinal)));
        Assert.Single(
            live.Log.Lines,
            line => line.EndsWith("rejecting connections on daemon MTA: 1 children, max 1", StringComparison.Ordinal));
        Assert.Equal(0, live.Server.Counters.ConnectionsRefused);
    }

    [Fact]
    public async Task By_option_no_socket_listens_from_the_load_of_RefuseLA_on_and_a_stop_then_ends_at_once()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            RefuseLoad = 24,
            ClosesWhileRefusing = true,
            Listeners = [LiveServer.Alone()],
        });
        Assert.StartsWith("250 ", Mail(live), StringComparison.Ordinal);
        bool IsTold() => live.Log.Lines.Any(static line =>
            line.EndsWith("rejecting connections on daemon MTA: load average: 30", StringComparison.Ordinal));
        for (int round = 0; round < 2; round++)
        {
            live.Load.OneMinute = 29.7;
            live.Heartbeat.Tick();
            await ListenerTests.WaitUntilAsync(() => IsRefused(live) && IsTold()); // told behind the socket's end
            live.Load.OneMinute = 23.4;
            await ListenerTests.WaitUntilAsync(() =>
            {
                live.Heartbeat.Tick();
                return !IsRefused(live);
            });
            Assert.StartsWith("250 ", Mail(live), StringComparison.Ordinal);
        }

        live.Load.OneMinute = 29.7;
        live.Heartbeat.Tick();
        await ListenerTests.WaitUntilAsync(() => IsRefused(live));
        await live.Server.StopAsync(TimeSpan.Zero); // ends, though there is no socket
    }

    [Fact]
    public async Task Three_times_the_connection_rate_at_once_take_three_seconds_and_none_is_refused()
    {
        var time = new Testing.ManualTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        const int PerSecond = 20;
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions { HostName = "mx.test", Listeners = [LiveServer.Loopback(PerSecond)] },
            time);
        SocketClient[] clients =
            [.. Enumerable.Range(0, 3 * PerSecond).Select(_ => new SocketClient(live.EndPoint))];
        try
        {
            for (int second = 1; second <= 3; second++)
            {
                foreach (SocketClient client in clients.AsSpan((second - 1) * PerSecond, PerSecond))
                {
                    Assert.Equal("220 mx.test ESMTP Relay.Fast\r\n", client.ReadReply());
                }

                await ListenerTests.WaitUntilAsync(
                    () => live.Server.Counters.AcceptsDeferred == second);
                Assert.Equal(second * PerSecond, live.Server.Counters.SessionsOpened);
                Assert.All(clients.Skip(second * PerSecond), client => Assert.True(client.IsSilent));
                time.Advance(TimeSpan.FromSeconds(1));
            }

            Assert.Equal(0, live.Server.Counters.ConnectionsRefused);
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    [Fact]
    public async Task The_rate_of_a_listener_comes_before_the_load_and_the_children()
    {
        var time = new Testing.ManualTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions
            {
                HostName = "mx.test",
                RefuseLoad = 24,
                Listeners =
                [
                    new SmtpListenerOptions
                    {
                        EndPoint = new IPEndPoint(IPAddress.Loopback, 0), ConnectionsPerSecond = 1, ConnectionsMax = 1,
                    },
                ],
            },
            time);
        using var child = new SocketClient(live.EndPoint);
        Assert.StartsWith("220 ", child.ReadReply(), StringComparison.Ordinal);
        using var second = new SocketClient(live.EndPoint);
        await ListenerTests.WaitUntilAsync(() => live.Server.Counters.AcceptsDeferred == 1);
        Assert.True(second.IsSilent); // not refused: it waits for its second
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("421 4.3.2 mx.test Too many open", second.ReadReply(), StringComparison.Ordinal);

        live.Load.OneMinute = 29.7;
        live.Heartbeat.Tick();
        using var third = new SocketClient(live.EndPoint);
        await ListenerTests.WaitUntilAsync(() => live.Server.Counters.AcceptsDeferred == 2);
        Assert.True(third.IsSilent);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("421 4.3.2 mx.test Load average too high", third.ReadReply(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_listener_has_a_connection_rate_of_its_own_and_its_clients_share_it()
    {
        var time = new Testing.ManualTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions
            {
                HostName = "mx.test",
                Listeners = [LiveServer.Loopback(1), LiveServer.Loopback(1)],
            },
            time);
        using var first = new SocketClient(live.EndPoint, IPAddress.Parse("127.0.0.2"));
        first.ReadReply();
        using var other = new SocketClient(live.Server.EndPoints[1], IPAddress.Parse("127.0.0.2"));
        Assert.StartsWith("220 ", other.ReadReply(), StringComparison.Ordinal);
        using var second = new SocketClient(live.EndPoint, IPAddress.Parse("127.0.0.3"));
        await ListenerTests.WaitUntilAsync(() => live.Server.Counters.AcceptsDeferred >= 2);
        Assert.True(second.IsSilent);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("220 ", second.ReadReply(), StringComparison.Ordinal);
    }

    /// <summary>The kernel refuses a client.</summary>
    private static bool IsRefused(LiveServer live)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(live.EndPoint);
            return false;
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
            return true;
        }
    }

    private static string Mail(LiveServer live)
    {
        using var client = new SocketClient(live.EndPoint);
        Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
        client.Say("HELO x\r\n");
        return client.Say("MAIL FROM:<>\r\n");
    }

    /// <summary>What a connection from the address says of its rate.</summary>
    private static int Rate(LiveServer live, string address)
    {
        using var client = new SocketClient(live.EndPoint, IPAddress.Parse(address));
        client.ReadReply();
        return live.Policy.Client!.ConnectionRate;
    }
}
