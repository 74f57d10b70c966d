using System.Net;
using System.Net.Sockets;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Smtp;

namespace Relay.Server.Tests.Sessions;

/// <summary>
/// Mail is stored with the address that it came in on where the listener has a use for it (Sendmail: DaemonPortOptions,
/// M=b and M=h).
/// </summary>
public sealed class ArrivalTests
{
    private const ListenerModifiers Both =
        ListenerModifiers.SendFromArrivalAddress | ListenerModifiers.ArrivalNameInHello;

    [Theory]
    [InlineData(ListenerModifiers.SendFromArrivalAddress, ArrivalUses.SourceAddress, "127.0.0.1")]
    [InlineData(ListenerModifiers.ArrivalNameInHello, ArrivalUses.HelloName, "127.0.0.1")]
    [InlineData(Both, ArrivalUses.SourceAddress | ArrivalUses.HelloName, "127.0.0.1")]
    [InlineData(ListenerModifiers.NoEtrn, ArrivalUses.None, null)]
    public async Task A_message_has_what_its_listeners_modifiers_ask_for(
        ListenerModifiers modifiers, ArrivalUses uses, string? address)
    {
        await using LiveServer live = await LiveServer.StartAsync(Options(
            new IPEndPoint(IPAddress.Loopback, 0), modifiers));
        RecordedMessage message = Send(live, (IPEndPoint)live.EndPoint);
        Assert.Equal(uses, message.ArrivalUses);
        Assert.Equal(address, message.ArrivalAddress?.ToString());
    }

    [Fact]
    public async Task On_a_listener_of_all_addresses_it_is_the_one_that_the_client_connected_to()
    {
        await using LiveServer live = await StartOnAllAsync(IPAddress.Any);
        int port = ((IPEndPoint)live.EndPoint).Port;
        foreach (string address in new[] { "127.0.0.1", "127.0.0.5", "127.0.0.6" })
        {
            Assert.Equal(address, $"{Send(live, new IPEndPoint(IPAddress.Parse(address), port)).ArrivalAddress}");
        }
    }

    [Fact]
    public async Task On_a_dual_listener_that_of_a_client_of_ipv4_has_four_octets()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "IPv6 is not available here.");
        await using LiveServer live = await StartOnAllAsync(IPAddress.IPv6Any);
        int port = ((IPEndPoint)live.EndPoint).Port;
        foreach (string address in new[] { "127.0.0.5", "::1" })
        {
            Assert.Equal(address, $"{Send(live, new IPEndPoint(IPAddress.Parse(address), port)).ArrivalAddress}");
        }
    }

    [Fact]
    public async Task A_unix_socket_has_none()
    {
        string path = Path.Combine(Path.GetTempPath(), $"relay-{Guid.NewGuid():N}.sock");
        var endPoint = new UnixDomainSocketEndPoint(path);
        await using LiveServer live = await LiveServer.StartAsync(Options(endPoint, Both));
        Assert.Equal(ArrivalUses.None, Send(live, endPoint).ArrivalUses);
    }

    [Fact]
    public async Task Behind_a_proxy_it_is_the_address_that_the_proxy_connected_to()
    {
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = "mx.test",
            Proxies = [IPNetwork.Parse("127.0.0.0/8")],
            Listeners =
            [
                new SmtpListenerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                    Modifiers = ListenerModifiers.SendFromArrivalAddress,
                    ExpectsProxy = true,
                },
            ],
        });
        RecordedMessage message = Send(
            live, live.EndPoint, "PROXY TCP4 198.51.100.9 192.0.2.25 40000 25\r\n");
        Assert.Contains("198.51.100.9", message.Client, StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", message.ArrivalAddress!.ToString());
    }

    /// <summary>
    /// On a port that the system gives to nobody by itself: other tests close theirs, and bind them again.
    /// </summary>
    private static async Task<LiveServer> StartOnAllAsync(IPAddress any)
    {
        while (true)
        {
            try
            {
                return await LiveServer.StartAsync(Options(
                    new IPEndPoint(any, Random.Shared.Next(30_300, 32_700)), ListenerModifiers.SendFromArrivalAddress));
            }
            catch (IOException)
            {
                // in use: another one
            }
        }
    }

    private static SmtpServerOptions Options(EndPoint endPoint, ListenerModifiers modifiers) => new()
    {
        HostName = "mx.test",
        Listeners = [new SmtpListenerOptions { EndPoint = endPoint, Modifiers = modifiers }],
    };

    private static RecordedMessage Send(LiveServer live, EndPoint to, string before = "")
    {
        using var client = new SocketClient(to);
        client.Send(before);
        Assert.StartsWith("220 ", client.ReadReply(), StringComparison.Ordinal);
        foreach (string line in new[] { "HELO x", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>" })
        {
            Assert.StartsWith("250 ", client.Say(line + "\r\n"), StringComparison.Ordinal);
        }

        Assert.StartsWith("354 ", client.Say("DATA\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 ", client.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        return live.Queue.Messages[^1];
    }
}
