namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>
/// Clients that administrators have authenticate to the real program, with users made by <c>relay passwd</c>.
/// </summary>
public class ClientAuthTests
{
    private const string Password = "correct horse \"battery\"";

    private const string Message = "From: a@example.com\nTo: b@example.org\nSubject: hello\n\nhello\n";

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task Swaks_may_relay_once_it_has_authenticated_and_not_with_a_wrong_password(string mechanism)
    {
        Tool.Require("swaks");
        using var workspace = new Workspace();
        await using AuthenticatingRelay relay = await StartAsync(workspace);
        ToolResult stranger = await relay.SwaksAsync();
        Assert.Contains("550 5.7.1 <b@example.org>... Relaying denied", stranger.Output, StringComparison.Ordinal);

        ToolResult wrong = await relay.SwaksAsync("--auth", mechanism, "--auth-user", "tim", "--auth-password", "wrong");
        Assert.Contains("535 5.7.8 authentication failed", wrong.Output, StringComparison.Ordinal);
        ToolResult right = await relay.SwaksAsync(
            "--auth", mechanism, "--auth-user", "tim", "--auth-password", Password);
        Assert.True(right.ExitCode == 0, right.ToString());
        Assert.Contains("235 2.0.0 OK Authenticated", right.Output, StringComparison.Ordinal);

        await relay.Relay.Program.WaitForLineAsync("AUTH failure (" + mechanism + "): authentication failure (-13)");
        await relay.Relay.Program.WaitForLineAsync("authid=tim, mech=" + mechanism);
        AssertHidesSecrets(relay.Output);
    }

    [Fact]
    public async Task Curl_and_msmtp_authenticate_and_hand_over_a_message()
    {
        Tool.Require("curl", "msmtp");
        using var workspace = new Workspace();
        await using AuthenticatingRelay relay = await StartAsync(workspace);
        ToolResult curl = await Tool.RunAsync(Tool.Find("curl")!, [
            "--silent", "--show-error", "--interface", "127.0.0.2", $"smtp://127.0.0.1:{relay.Port}", "--user",
            $"tim:{Password}", "--login-options", "AUTH=PLAIN", "--mail-from", "a@example.com", "--mail-rcpt",
            "b@example.org", "--crlf", "--upload-file", "-"], Message);
        Assert.True(curl.ExitCode == 0, curl.ToString());
        ToolResult msmtp = await Tool.RunAsync(Tool.Find("msmtp")!, [
            "--host=127.0.0.1", $"--port={relay.Port}", "--source-ip=127.0.0.2", "--auth=scram-sha-256", "--user=tim",
            $"--passwordeval=printf '%s' '{Password}'", "--from=a@example.com", "b@example.org"], Message);
        Assert.True(msmtp.ExitCode == 0, msmtp.ToString());
        await relay.Relay.Program.WaitForLineAsync("authid=tim, mech=PLAIN");
        await relay.Relay.Program.WaitForLineAsync("authid=tim, mech=SCRAM-SHA-256");
        AssertHidesSecrets(relay.Output);
    }

    [Fact]
    public async Task A_user_who_is_added_or_removed_counts_without_a_restart()
    {
        Tool.Require("swaks");
        using var workspace = new Workspace();
        await using AuthenticatingRelay relay = await StartAsync(
            workspace, "auth.failuresPerAddressMax=0", "auth.failuresPerUserMax=0"); // it tries until it may
        string[] login = ["--auth", "PLAIN", "--auth-user", "tom", "--auth-password", "another"];
        Assert.NotEqual(0, (await relay.SwaksAsync(login)).ExitCode);
        await relay.AddUserAsync("tom", "another");
        await UntilAsync(async () => (await relay.SwaksAsync(login)).ExitCode == 0, relay);
        ToolResult removed = await Tool.RunAsync(
            Tool.Relay, ["passwd", "tom", "--delete", "--file", Path.Combine(relay.Tables, "users")]);
        Assert.True(removed.ExitCode == 0, removed.ToString());
        await UntilAsync(async () => (await relay.SwaksAsync(login)).ExitCode != 0, relay);
    }

    [Fact]
    public async Task Who_has_authenticated_sends_by_his_own_addresses_only_where_the_option_says_so()
    {
        Tool.Require("swaks");
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(
            workspace, Workspace.FreePort(), "access.senderLogin=authenticated");
        relay.WriteSecret("senderlogin", "a@example.com tim\nboss@example.com tom, tina\n");
        await relay.AddUserAsync("tim", Password);
        await relay.StartAsync();
        string[] login = ["--auth", "PLAIN", "--auth-user", "tim", "--auth-password", Password];
        ToolResult own = await relay.SwaksAsync(login);
        Assert.True(own.ExitCode == 0, own.ToString());
        ToolResult another = await relay.SwaksAsync([.. login, "--from", "Boss@example.com"]);
        Assert.NotEqual(0, another.ExitCode);
        Assert.Contains(
            "553 5.7.1 <Boss@example.com>... Sender address rejected: not owned by user tim",
            another.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_users_that_others_may_read_is_refused_by_name_and_mode()
    {
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(workspace, Workspace.FreePort());
        foreach ((string file, string text) in new[]
        {
            ("users", "tim SCRAM-SHA-256$4096:c2FsdA==$aaaa:bbbb\n"),
            ("authinfo", "AuthInfo: \"U:me\" \"P:geheim\"\n"),
        })
        {
            string path = Path.Combine(relay.Tables, file);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            ToolResult check = await Tool.RunAsync(Tool.Relay, [
                "check", "--config", relay.Relay.ConfigurationPath, "--set", $"tables.directory={relay.Tables}"]);
            Assert.NotEqual(0, check.ExitCode);
            Assert.Contains(path, check.Output + check.Error, StringComparison.Ordinal);
            Assert.Contains("chmod 600", check.Output + check.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("geheim", check.Output + check.Error, StringComparison.Ordinal);
            File.Delete(path);
        }
    }

    private static async Task<AuthenticatingRelay> StartAsync(Workspace workspace, params string[] settings)
    {
        var relay = new AuthenticatingRelay(workspace, Workspace.FreePort(), settings);
        await relay.AddUserAsync("tim", Password);
        await relay.StartAsync();
        return relay;
    }

    private static void AssertHidesSecrets(string output)
    {
        Assert.DoesNotContain("battery", output, StringComparison.Ordinal);
        Assert.DoesNotContain("YmF0dGVye", output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Password)), output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0tim\0{Password}")), output, StringComparison.Ordinal);
    }

    private static Task UntilAsync(Func<Task<bool>> condition, AuthenticatingRelay relay) => Poll.UntilAsync(
        condition, TimeSpan.FromMinutes(2), () => $"it does not come about\n{relay.Output}");
}
