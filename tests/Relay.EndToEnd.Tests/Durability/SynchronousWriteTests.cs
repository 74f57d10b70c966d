namespace Relay.EndToEnd.Tests.Durability;

/// <summary>
/// kill -9 does not show a missing sync, so the real program is traced: each message must be in a completed synchronous
/// write before its <c>250</c> is sent. The same judge must refuse the program when it runs without synchronous writes.
/// </summary>
public class SynchronousWriteTests
{
    private const int Messages = 5;

    [Fact]
    public async Task Every_250_is_sent_after_a_completed_synchronous_write_of_the_message()
    {
        foreach (string? violation in await TraceAsync(string.Empty))
        {
            Assert.Null(violation);
        }
    }

    [Fact]
    public async Task Without_synchronous_writes_the_proof_fails()
    {
        foreach (string? violation in await TraceAsync(""", "synchronousWrites": false"""))
        {
            Assert.NotNull(violation);
        }
    }

    private static async Task<List<string?>> TraceAsync(string queueOptions)
    {
        Tool.Require("strace", "swaks");
        using var workspace = new Workspace();
        string traceFile = workspace.PathOf("trace");
        await using var relay = new RelayUnderTest(workspace, Workspace.FreePort(), moreQueueOptions: queueOptions);
        await relay.StartAsync(
            Tool.Find("strace")!, "-f", "-yy", "-ttt", "-s", "20000", "-o", traceFile, "-e",
            "trace=openat,open,read,readv,recvfrom,recvmsg,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sendto,sendmsg");
        for (int i = 0; i < Messages; i++)
        {
            ToolResult sent = await Tool.RunAsync(Tool.Find("swaks")!, [
                "--server", $"127.0.0.1:{relay.Port}", "--from", "a@example.com", "--to", "b@example.org",
                "--header", $"Subject: Marker-{i}-end", "--body", "short"]);
            Assert.True(sent.ExitCode == 0, sent.ToString());
        }

        await relay.Program.SignalChildAsync("TERM");
        await relay.Program.WaitForExitAsync();
        SyscallTrace trace = SyscallTrace.Parse(File.ReadLines(traceFile));
        return [.. Enumerable.Range(0, Messages).Select(i => trace.FindViolation($"Marker-{i}-end"))];
    }
}
