namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>Debian's Dovecot as a second source of users.</summary>
public class DovecotTests
{
    [Fact]
    public async Task Users_of_dovecot_authenticate_by_every_mechanism_beside_those_of_the_file()
    {
        Tool.Require("swaks", "msmtp");
        await using var servers = new MailServers();
        await servers.StartDovecotAsync("dora:{PLAIN}geheim wort");
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(
            workspace, Workspace.FreePort(), $"auth.dovecotSocket={servers.AuthSocket}");
        await relay.AddUserAsync("tim", "secret");
        await relay.StartAsync();
        foreach (string mechanism in (string[])["PLAIN", "LOGIN"])
        {
            ToolResult here = await relay.SwaksAsync(
                "--auth", mechanism, "--auth-user", "tim", "--auth-password", "secret");
            Assert.True(here.ExitCode == 0, here.ToString());
            ToolResult there = await relay.SwaksAsync(
                "--auth", mechanism, "--auth-user", "dora", "--auth-password", "geheim wort");
            Assert.True(there.ExitCode == 0, there.ToString());
            await relay.Relay.Program.WaitForLineAsync($"authid=dora, mech={mechanism}");
        }

        foreach ((string user, string password) in new[] { ("tim", "secret"), ("dora", "geheim wort") })
        {
            ToolResult scram = await Tool.RunAsync(Tool.Find("msmtp")!, [
                "--host=127.0.0.1", $"--port={relay.Port}", "--source-ip=127.0.0.2", "--auth=scram-sha-256",
                $"--user={user}", $"--passwordeval=printf '%s' '{password}'", "--from=a@example.com", "b@example.org"],
                "Subject: x\n\nx\n");
            Assert.True(scram.ExitCode == 0, scram.ToString());
            await relay.Relay.Program.WaitForLineAsync($"authid={user}, mech=SCRAM-SHA-256");
        }

        ToolResult wrong = await relay.SwaksAsync("--auth", "PLAIN", "--auth-user", "dora", "--auth-password", "wrong");
        Assert.Contains("535 5.7.8 authentication failed", wrong.Output, StringComparison.Ordinal);
        ToolResult nobody = await relay.SwaksAsync("--auth", "PLAIN", "--auth-user", "otto", "--auth-password", "x");
        Assert.Contains("535 5.7.8 authentication failed", nobody.Output, StringComparison.Ordinal);
        await relay.Relay.Program.WaitForLineAsync("user=dora");
        Assert.DoesNotContain("geheim", relay.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_dovecot_its_users_are_told_to_come_again_and_it_is_found_once_it_is_there()
    {
        Tool.Require("swaks");
        await using var servers = new MailServers();
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(
            workspace, Workspace.FreePort(), $"auth.dovecotSocket={servers.AuthSocket}");
        await relay.StartAsync();
        Assert.Contains("cannot be asked", relay.Output, StringComparison.Ordinal);
        await servers.StartDovecotAsync("dora:{PLAIN}geheim");
        await relay.Relay.Program.WaitForLineAsync("is back");
        ToolResult there = await relay.SwaksAsync("--auth", "PLAIN", "--auth-user", "dora", "--auth-password", "geheim");
        Assert.True(there.ExitCode == 0, there.ToString());
    }
}
