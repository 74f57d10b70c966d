namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>Debian's haproxy in front: every gate sees the client, and haproxy's own address gives no right.</summary>
public class HaproxyTests
{
    [Theory]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
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

    private static Task<ToolResult> SendAsync(int port, string from) => Tool.RunAsync(Tool.Find("swaks")!, [
        "--server", $"127.0.0.1:{port}", "--local-interface", from, "--from", "a@example.com", "--to", "b@example.org",
        "--body", "hello"]);
}
