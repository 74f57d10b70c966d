using System.Text.Json;

namespace Relay.EndToEnd.Tests.Durability;

/// <summary>
/// A file system that is too small (tmpfs): new mail is refused with a 4xx while there is no space, what was
/// acknowledged is kept and delivered, and the relay works on by itself when space returns. Needs root to mount.
/// </summary>
public class DiskFullTests
{
    [Fact]
    public async Task A_full_disk_refuses_new_mail_loses_nothing_and_works_on_when_space_returns()
    {
        Assert.SkipUnless(Tool.IsRoot, "mounting a small tmpfs needs root");
        using var workspace = new Workspace();
        string small = workspace.PathOf("small");
        Directory.CreateDirectory(small);
        ToolResult mounted = await Tool.RunAsync("/bin/mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", small]);
        Assert.SkipUnless(mounted.ExitCode == 0, $"tmpfs cannot be mounted here: {mounted.Error}");
        try
        {
            await FillAndDrainAsync(workspace, Path.Combine(small, "queue"));
        }
        finally
        {
            await Tool.RunAsync("/bin/umount", [small]);
        }
    }

    private static async Task FillAndDrainAsync(Workspace workspace, string queue)
    {
        string ledger = workspace.PathOf("ledger");
        int sinkPort = Workspace.FreePort(); // nobody listens yet: everything is deferred
        await using var relay = new RelayUnderTest(workspace, sinkPort, queueDirectory: queue);
        await relay.StartAsync();
        ToolResult filled = await Tool.RunAsync(Tool.Load, [
            "source", $"127.0.0.1:{relay.Port}", "--sessions", "4", "--reuse", "--messages", "2000", "--length", "30k",
            "--ledger", ledger, "--json", "-", "--quiet"]);
        using JsonDocument report = JsonDocument.Parse(filled.Output);
        long acknowledged = report.RootElement.GetProperty("acknowledged").GetInt64();
        Assert.InRange(acknowledged, 100, 1900); // 60 MB do not fit into 40
        Assert.True(report.RootElement.GetProperty("rejected").GetInt64() > 0, filled.ToString());
        Assert.False(relay.Program.HasExited, relay.Program.Output);

        await using VerifyingSink sink = await VerifyingSink.StartOnAsync(workspace, ledger, sinkPort);
        await Poll.UntilAsync(
            relay.IsEmptyAsync, TimeSpan.FromMinutes(2), () => $"the queue did not empty\n{relay.Program.Output}");
        await Poll.UntilAsync(
            async () => (await Tool.RunAsync(Tool.Load, [
                "source", $"127.0.0.1:{relay.Port}", "--messages", "1", "--quiet"])).ExitCode == 0,
            TimeSpan.FromMinutes(1),
            () => $"mail is still refused although there is space\n{relay.Program.Output}");

        JsonElement found = await sink.FinishAsync();
        Assert.Equal(acknowledged, found.GetProperty("ledgerEntries").GetInt64());
        Assert.Equal(0, found.GetProperty("lost").GetInt64());
        Assert.Equal(0, found.GetProperty("corrupted").GetInt64());
    }
}
