namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>Debian's haproxy in front: every gate sees the client, and haproxy's own address gives no right.</summary>
public class HaproxyTests
{
    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    [InlineData("send-proxy-v2 proxy-v2-options crc32c,unique-id")]
    public async Task The_client_behind_haproxy_is_the_one_that_may_or_may_not_relay(string option)
    {
        Tool.Require("swaks");
        await using var servers = new MailServers();
        using var workspace = new Workspace();
        int front = Workspace.FreePort();
        await using var relay = new AuthenticatingRelay(
            workspace,
            Workspace.FreePort(),
            "server.proxies=127.0.0.1",
            "listeners[0].proxyProtocol=true");
        await relay.StartAsync();
        await servers.StartHaproxyAsync(front, relay.Relay.Port, option);

        // haproxy is on this machine, which may relay; the client behind it is not.
        ToolResult stranger = await SendAsync(front, "127.0.0.2");
        Assert.Contains("550 5.7.1 <b@example.org>... Relaying denied", stranger.Output, StringComparison.Ordinal);
        await relay.Relay.Program.WaitForLineAsync("[127.0.0.2]");
        ToolResult own = await SendAsync(front, "127.0.0.1");
        Assert.True(own.ExitCode == 0, own.ToString());

        ToolResult past = await relay.SwaksAsync();
        Assert.NotEqual(0, past.ExitCode);
        await relay.Relay.Program.WaitForLineAsync("rejecting connection: not from one of server.proxies");
    }

    [Theory]
    [InlineData("send-proxy-v2-ssl proxy-v2-options ssl-cipher,crc32c", "server.tlsProxies=127.0.0.1", true)]
    [InlineData("send-proxy-v2-ssl proxy-v2-options ssl-cipher,crc32c", "server.tlsProxies=127.0.0.9", false)]
    [InlineData("send-proxy-v2", "server.tlsProxies=127.0.0.1", false)]
    public async Task TLS_that_haproxy_ends_counts_where_it_says_so_and_is_believed(
        string option, string setting, bool counts)
    {
        Tool.Require("curl");
        await using var servers = new MailServers();
        int front = Workspace.FreePort();
        await using var relay = new CertificateRelay(
            "server.proxies=127.0.0.1", setting, "listeners[0].proxyProtocol=true");
        await relay.StartAsync();
        await servers.StartHaproxyAsync(front, relay.Relay.Relay.Port, option, relay.PemOf("relay.test"));
        ToolResult sent = await Tool.RunAsync(
            Tool.Find("curl")!,
            [
                "--silent", "--show-error", "--verbose", "--interface", "127.0.0.2", "--cacert", relay.Authority,
                "--resolve", $"relay.test:{front}:127.0.0.1", $"smtps://relay.test:{front}", "--mail-from",
                "a@example.com", "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-", "--user",
                $"tim:{CertificateRelay.Password}", "--login-options", "AUTH=PLAIN",
            ],
            "Subject: x\n\nx\n");
        Assert.Equal(!counts, sent.Error.Contains("250-STARTTLS", StringComparison.Ordinal));
        if (!counts)
        {
            Assert.NotEqual(0, sent.ExitCode);
            Assert.DoesNotContain(" 235 ", sent.Error, StringComparison.Ordinal);
            return;
        }

        Assert.True(sent.ExitCode == 0, $"{sent}\n{relay.Output}");
        string received = await relay.ReceivedAsync();
        Assert.Contains(" with ESMTPSA ", received, StringComparison.Ordinal);
        Assert.Contains("[127.0.0.2]", received, StringComparison.Ordinal);
        Assert.Contains(
            "(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NOT)", received, StringComparison.Ordinal);
        await relay.Relay.Relay.Program.WaitForLineAsync("TLS was ended by the proxy, relay=[127.0.0.2], version=TLSv1.3");
    }

    private static Task<ToolResult> SendAsync(int port, string from) => Tool.RunAsync(Tool.Find("swaks")!, [
        "--server", $"127.0.0.1:{port}", "--local-interface", from, "--from", "a@example.com", "--to", "b@example.org",
        "--body", "hello"]);
}
