namespace Relay.EndToEnd.Tests.Packaging;

/// <summary>
/// install.sh and docs/getting-started.md on a real root: this machine's, under an overlay in memory, so that nothing
/// of it is touched. systemd is played by a script; all else is real.
/// </summary>
public sealed class InstalledRootTests
{
    [Fact]
    public async Task A_new_user_gets_to_a_relay_with_logs_and_metrics_by_getting_started_alone()
    {
        Assert.SkipUnless(Tool.IsRoot, "a root of its own needs root");
        Tool.Require("unshare", "setpriv", "systemd-tmpfiles", "curl", "ip", "ss", "ps");
        using var workspace = new Workspace();
        ToolResult result = await Tool.RunAsync(
            Tool.Find("unshare")!,
            [
                "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private",
                Path.Combine(Tool.Repository, "tests/Relay.EndToEnd.Tests/Packaging/installed-root.sh"),
                workspace.Root, Path.GetDirectoryName(Tool.Relay)!, Tool.Repository,
            ]);
        Assert.SkipWhen(
            result.ExitCode is 77 || result.Error.Contains("unshare", StringComparison.Ordinal), result.Output);
        Assert.True(result.ExitCode == 0, result.ToString());

        string[] parts = result.Output.Split("\n== ");
        string Part(string name) => parts.Single(p => p.StartsWith(name, StringComparison.Ordinal))[name.Length..];

        // The page: checked, started, sent, seen.
        Assert.Contains("/etc/relay/relay.json: ok", result.Output, StringComparison.Ordinal);
        Assert.Contains("active (running)", Part("block 3"), StringComparison.Ordinal);
        Assert.Contains("someone@example.net... deliverable: mailer smtp", Part("block 4").Replace(
            "mailer relay", "mailer smtp", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("<someone@example.net>", Part("block 4"), StringComparison.Ordinal);
        Assert.Contains("from=<root@mail.example.org>", Part("block 5"), StringComparison.Ordinal);
        Assert.Contains("smtp:[192.0.2.25]", Part("block 5"), StringComparison.Ordinal);
        Assert.Contains("relay_messages_received_total", Part("block 5"), StringComparison.Ordinal);

        // The service: its own user, on port 25 by the one capability.
        string[] user = Part("user").Trim().Split('\n');
        Assert.Equal("relay", user[0].Trim());
        Assert.NotEqual("0", user[1]);
        Assert.Contains("serve --config /etc/relay/relay.json", user[2], StringComparison.Ordinal);

        // Whom the configuration is closed to hears what to do; mailq gets along.
        string unreadable = Part("unreadable");
        Assert.Equal(2, unreadable.Split("may not read it; use sudo, or name another file with --config").Length - 1);
        Assert.Equal(2, unreadable.Split("exit 78").Length - 1);
        Assert.Equal(2, unreadable.Split("may not read it; use sudo, or name another file with -C").Length - 1);
        Assert.Equal(2, unreadable.Split("exit 77").Length - 1);
        Assert.Equal(2, unreadable.Split("Total requests: ").Length - 1);
        Assert.DoesNotContain("relay.service", Part("verify"), StringComparison.Ordinal);
        Assert.Contains("installed below /usr/local", result.Output, StringComparison.Ordinal);

        // What is there, and what is left of it.
        string[] installed = Part("installed").Trim().Split('\n');
        Assert.Contains("usr/local/sbin/sendmail", installed);
        Assert.Contains("usr/local/share/man/man8/sendmail.8", installed);
        Assert.Contains("usr/local/lib/systemd/system/relay.service", installed);
        Assert.Equal(
            ["etc/relay/relay.json", "etc/relay/tables/access", "etc/relay/tables/aliases", "var/log/relay/maillog"],
            Part("left").Trim().Split('\n'));
    }
}
