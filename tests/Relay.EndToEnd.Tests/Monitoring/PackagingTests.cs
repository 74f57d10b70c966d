namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>What is shipped for systemd, as far as its tools check it without a running systemd.</summary>
public sealed class PackagingTests
{
    [Fact]
    public async Task Systemd_analyze_takes_the_unit_and_the_socket_without_a_word()
    {
        Tool.Require("systemd-analyze");
        using var workspace = new Workspace();
        string unit = workspace.Write("relay.service", Shipped("systemd/relay.service")
            .Replace("man:relay(8) ", string.Empty, StringComparison.Ordinal) // installed by install.sh
            .Replace("/usr/local/bin/relay", Tool.Relay, StringComparison.Ordinal));
        string socket = workspace.Write("relay.socket", Shipped("systemd/relay.socket"));

        ToolResult result = await Tool.RunAsync(Tool.Find("systemd-analyze")!, ["verify", unit, socket]);
        string[] ours = [.. result.Error.Split('\n').Where(
            static line => line.Contains("relay.", StringComparison.Ordinal))];
        Assert.True(result.ExitCode == 0 && ours.Length == 0, result.ToString());
    }

    [Theory]
    [InlineData("Type=notify")]
    [InlineData("WatchdogSec=1min")]
    [InlineData("ExecReload=/bin/kill -HUP $MAINPID")]
    [InlineData("User=relay")]
    [InlineData("NoNewPrivileges=yes")]
    [InlineData("ProtectSystem=strict")]
    [InlineData("PrivateTmp=yes")]
    [InlineData("AmbientCapabilities=CAP_NET_BIND_SERVICE")]
    [InlineData("CapabilityBoundingSet=CAP_NET_BIND_SERVICE")]
    public void The_unit_runs_without_root_and_with_no_more_than_port_25(string directive) =>
        Assert.Contains(directive, Shipped("systemd/relay.service").Split('\n'));

    [Fact]
    public async Task Systemd_tmpfiles_takes_the_folders()
    {
        Tool.Require("systemd-tmpfiles");
        using var workspace = new Workspace();
        Directory.CreateDirectory(workspace.PathOf("root/etc"));
        workspace.Write("root/etc/passwd", "relay:x:0:0::/:/\n");
        workspace.Write("root/etc/group", "relay:x:0:\n");
        string file = workspace.Write("relay.conf", Shipped("tmpfiles/relay.conf"));

        Assert.SkipUnless(Tool.IsRoot, "changing owners needs root");
        ToolResult result = await Tool.RunAsync(
            Tool.Find("systemd-tmpfiles")!, ["--create", $"--root={workspace.PathOf("root")}", file]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(Directory.Exists(workspace.PathOf("root/var/spool/relay/drop")));
        UnixFileMode mode = File.GetUnixFileMode(workspace.PathOf("root/var/spool/relay/drop"));
        Assert.True(mode.HasFlag(UnixFileMode.StickyBit) && !mode.HasFlag(UnixFileMode.OtherRead), mode.ToString());
    }

    private static string Shipped(string name) => File.ReadAllText(Path.Combine(Tool.Repository, "packaging", name));
}
