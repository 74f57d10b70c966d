using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Tls;

/// <summary>Listeners for TLS from the first octet on (RFC 8314 §3; Sendmail: the modifier <c>s</c>).</summary>
public sealed class ImplicitTlsTests : IDisposable
{
    private readonly TlsFolder _folder = new();

    [Fact]
    public async Task The_greeting_comes_within_tls_and_without_a_pause()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options(ListenerModifiers.ImplicitTls));
        live.Policy.Connection = new ConnectionDecision { GreetPause = TimeSpan.FromMinutes(5) };
        using var client = new TlsSocketClient(live.EndPoint);
        await client.HandshakeAsync();
        Assert.Equal("220 mx.test ESMTP Relay.Fast\r\n", await client.ReadReplyAsync());
        string offer = await client.SayAsync("EHLO client.example\r\n");
        Assert.DoesNotContain("STARTTLS", offer, StringComparison.Ordinal);
        Assert.StartsWith(
            "250 2.1.0", await client.SayAsync("MAIL FROM:<a@client.example>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_client_is_told_within_tls()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options(ListenerModifiers.ImplicitTls));
        live.Policy.ConnectionRefusal = "421 4.7.0 Go away";
        using var client = new TlsSocketClient(live.EndPoint);
        await client.HandshakeAsync();
        Assert.Equal("421 4.7.0 Go away\r\n", await client.ReadReplyAsync());
        Assert.Equal(string.Empty, await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_connection_beyond_the_limits_is_closed_without_a_handshake()
    {
        SmtpServerOptions options = _folder.Options(ListenerModifiers.ImplicitTls);
        await using LiveServer live = await LiveServer.StartAsync(new SmtpServerOptions
        {
            HostName = options.HostName,
            Listeners = options.Listeners,
            Tls = options.Tls,
            ConnectionsMax = 1,
        });
        using var first = new TlsSocketClient(live.EndPoint);
        await first.HandshakeAsync();
        await first.ReadReplyAsync();
        using var second = new TlsSocketClient(live.EndPoint);
        Assert.Equal(string.Empty, await second.ReadReplyAsync());
        Assert.Equal(1, live.Server.Counters.Handshakes);
    }

    [Fact]
    public async Task A_client_that_speaks_in_clear_gets_nothing_of_smtp()
    {
        await using LiveServer live = await LiveServer.StartAsync(_folder.Options(ListenerModifiers.ImplicitTls));
        using var client = new TlsSocketClient(live.EndPoint);
        await client.SendAsync("EHLO client.example\r\nMAIL FROM:<a@client.example>\r\n");
        Assert.DoesNotContain("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.Empty(live.Policy.Asked);
    }

    public void Dispose() => _folder.Dispose();
}
