using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Listening;

/// <summary>Real sockets: endpoints of each kind, limits, reload.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task Mail_arrives_over_ipv4()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        using var client = new SocketClient(live.EndPoint);
        SendMail(client, "[127.0.0.1]");
        Assert.Equal("x\r\n", Assert.Single(live.Queue.Messages).Text);
    }

    [Fact]
    public async Task Mail_arrives_over_ipv6_and_a_dual_listener_takes_ipv4_as_such()
    {
        Assert.SkipUnless(Testing.Loopback.HasIPv6, Testing.Loopback.NoIPv6);
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            Listeners = [new SmtpListenerOptions { EndPoint = new IPEndPoint(IPAddress.IPv6Any, 0) }],
        });
        int port = ((IPEndPoint)live.EndPoint).Port;
        using (var client = new SocketClient(new IPEndPoint(IPAddress.IPv6Loopback, port)))
        {
            SendMail(client, "[IPv6:::1]");
        }

        using (var client = new SocketClient(new IPEndPoint(IPAddress.Loopback, port)))
        {
            SendMail(client, "[127.0.0.1]");
        }

        Assert.Equal(2, live.Queue.Messages.Count);
    }

    [Fact]
    public async Task Mail_arrives_over_a_unix_socket_and_a_stale_socket_file_is_no_obstacle()
    {
        string path = Path.Combine(Path.GetTempPath(), $"relay-{Guid.NewGuid():N}.sock");
        var endPoint = new UnixDomainSocketEndPoint(path);
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(path + ".old"));
            File.Move(path + ".old", path);
        }

        Assert.True(File.Exists(path));
        await using (LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            Listeners = [new SmtpListenerOptions { EndPoint = endPoint }],
        }))
        {
            using var client = new SocketClient(endPoint);
            SendMail(client, "[127.0.0.1]");
            Assert.Single(live.Queue.Messages);
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task The_connection_beyond_the_limit_hears_421_and_the_place_is_free_again_afterwards()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            ConnectionsMax = 2,
            Listeners = [LiveServer.Loopback()],
        });
        using var first = new SocketClient(live.EndPoint);
        using (var second = new SocketClient(live.EndPoint))
        {
            first.ReadReply();
            second.ReadReply();
            using var third = new SocketClient(live.EndPoint);
            Assert.Equal("421 4.3.2 mx.test Too many open connections, try again later\r\n", third.ReadReply());
            Assert.True(third.IsClosedByServer());
            Assert.Equal("221 2.0.0 mx.test closing connection\r\n", second.Say("QUIT\r\n"));
            Assert.True(second.IsClosedByServer());
        }

        await ConnectUntilGreetedAsync(live);
    }

    [Fact]
    public async Task The_limit_per_address_leaves_other_addresses_alone()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            ConnectionsPerAddressMax = 1,
            Listeners = [LiveServer.Loopback()],
        });
        using var first = new SocketClient(live.EndPoint, IPAddress.Parse("127.0.0.2"));
        first.ReadReply();
        using var second = new SocketClient(live.EndPoint, IPAddress.Parse("127.0.0.2"));
        using var other = new SocketClient(live.EndPoint, IPAddress.Parse("127.0.0.3"));

        Assert.StartsWith("421 4.", second.ReadReply(), StringComparison.Ordinal);
        Assert.StartsWith("220 ", other.ReadReply(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exactly_n_connections_are_taken_per_clock_second_and_none_is_refused()
    {
        var time = new Testing.ManualTimeProvider();
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions { HostName = "mx.test", Listeners = [LiveServer.Loopback(3)] },
            time);
        SocketClient[] clients = [.. Enumerable.Range(0, 8).Select(_ => new SocketClient(live.EndPoint))];
        try
        {
            for (int n = 0; n < 3; n++)
            {
                Assert.StartsWith("220 ", clients[n].ReadReply(), StringComparison.Ordinal);
            }

            // The loop asks for the rest of the second before it waits; nobody else is greeted in it.
            await WaitUntilAsync(() => live.Server.Counters.AcceptsDeferred == 1);
            Assert.All(clients.Skip(3), client => Assert.True(client.IsSilent));

            time.Advance(TimeSpan.FromMilliseconds(877));
            for (int n = 3; n < 6; n++)
            {
                Assert.StartsWith("220 ", clients[n].ReadReply(), StringComparison.Ordinal);
            }

            await WaitUntilAsync(() => live.Server.Counters.AcceptsDeferred == 2);
            Assert.All(clients.Skip(6), client => Assert.True(client.IsSilent));
            Assert.Contains(
                live.Log.Lines,
                line => line.Contains("deferring connections on daemon MTA: 3 per second", StringComparison.Ordinal));

            time.Advance(TimeSpan.FromSeconds(1));
            Assert.StartsWith("220 ", clients[6].ReadReply(), StringComparison.Ordinal);
            Assert.StartsWith("220 ", clients[7].ReadReply(), StringComparison.Ordinal);
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_reload_binds_new_listeners_closes_old_ones_and_loses_no_session()
    {
        await using LiveServer live = await LiveServer.StartAsync(
            new SmtpServerOptions { HostName = "mx.test", Listeners = [LiveServer.Alone()] });
        EndPoint before = live.EndPoint;
        using var old = new SocketClient(before);
        old.ReadReply();

        await live.Server.ReloadAsync(new SmtpServerOptions
        {
            HostName = "new.test",
            Listeners = [new SmtpListenerOptions { Name = "second", EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }],
        });

        Assert.Equal("221 2.0.0 mx.test closing connection\r\n", old.Say("QUIT\r\n"));
        using var client = new SocketClient(live.EndPoint);
        Assert.Equal("220 new.test ESMTP Relay.Fast\r\n", client.ReadReply());
        Assert.Throws<SocketException>(() => new SocketClient(before));
    }

    [Fact]
    public async Task A_reload_that_cannot_bind_a_listener_changes_none_of_the_others()
    {
        await using LiveServer other = await LiveServer.StartAsync();
        await using LiveServer live = await LiveServer.StartAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => live.Server.ReloadAsync(new SmtpServerOptions
        {
            HostName = "new.test",
            Listeners =
            [
                new SmtpListenerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0), // as it is, but clients would begin with TLS
                    Modifiers = Policies.ListenerModifiers.ImplicitTls,
                },
                new SmtpListenerOptions { Name = "second", EndPoint = other.EndPoint },
            ],
        }));

        using var client = new SocketClient(live.EndPoint);
        Assert.Equal("220 mx.test ESMTP Relay.Fast\r\n", client.ReadReply());
    }

    [Fact]
    public async Task A_port_in_use_fails_the_start_and_leaves_nothing_bound()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            Listeners = [new SmtpListenerOptions { EndPoint = live.EndPoint }],
        }));
    }

    [Fact]
    public async Task An_optional_listener_whose_port_is_in_use_is_left_out_and_told_of()
    {
        await using LiveServer other = await LiveServer.StartAsync();
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            Listeners =
            [
                new SmtpListenerOptions
                {
                    Name = "second",
                    EndPoint = other.EndPoint,
                    Modifiers = Policies.ListenerModifiers.Optional,
                },
                LiveServer.Loopback(),
            ],
        });

        Assert.Single(live.Server.EndPoints);
        using var client = new SocketClient(live.EndPoint);
        Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
        Assert.Contains(
            live.Log.Lines, line => line.Contains("daemon second: cannot bind 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_thousand_connections_at_once_wait_in_the_backlog_and_are_all_served()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        SocketClient[] clients = [.. Enumerable.Range(0, 1000).Select(_ => new SocketClient(live.EndPoint))];
        foreach (SocketClient client in clients)
        {
            Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_megabyte_arrives_whole_over_a_real_socket()
    {
        await using LiveServer live = await LiveServer.StartAsync();
        using var client = new SocketClient(live.EndPoint);
        client.ReadReply();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        client.Say("RCPT TO:<b@there.example>\r\n");
        client.Say("DATA\r\n");
        var content = new StringBuilder();
        while (content.Length < 1 << 20)
        {
            content.Append("..").Append('m', content.Length % 77).Append("\r\n");
        }

        Assert.StartsWith("250 2.0.0 ", client.Say(content + ".\r\n"), StringComparison.Ordinal);
        Assert.Equal(content.ToString(), Assert.Single(live.Queue.Messages).Text);
    }

    internal static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static void SendMail(SocketClient client, string peer)
    {
        client.ReadReply();
        string hello = client.Say("EHLO client.example\r\n");
        Assert.StartsWith($"250-mx.test Hello {peer}, ", hello, StringComparison.Ordinal);
        client.Say("MAIL FROM:<a@client.example>\r\n");
        client.Say("RCPT TO:<b@there.example>\r\n");
        client.Say("DATA\r\n");
        Assert.StartsWith("250 2.0.0 ", client.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        client.Say("QUIT\r\n");
        Assert.True(client.IsClosedByServer());
    }

    /// <summary>A place is free a moment after its connection was closed.</summary>
    private static async Task ConnectUntilGreetedAsync(LiveServer live) => await WaitUntilAsync(() =>
    {
        using var client = new SocketClient(live.EndPoint);
        return client.ReadReply().StartsWith("220 ", StringComparison.Ordinal);
    });
}
