using System.Globalization;

namespace Relay.EndToEnd.Tests.Performance;

/// <summary>
/// The whole program, from the client's socket through the durable queue to the next hop's: garbage per accepted and
/// delivered 2 KB message at 100 sessions, the commit's share, log lines and both connections included. About 200 are
/// measured; more than 1,024 breaks a promise.
/// </summary>
public class AllocationPerMessageTests(ITestOutputHelper output)
{
    private const int BytesMax = 1024;
    private const int WarmUp = 40_000;
    private const int Measured = 40_000;

    [Fact]
    public async Task A_message_accepted_and_delivered_allocates_at_most_1024_octets()
    {
        Assert.SkipUnless(Tool.Configuration == "Release", "state machines allocate in Debug builds");
        using var workspace = new Workspace();
        int sinkPort = Workspace.FreePort();
        await using RunningProgram sink = RunningProgram.Start(
            Tool.Load, "sink", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{sinkPort}"));
        await sink.WaitForLineAsync("listening");
        await using var relay = new RelayUnderTest(workspace, sinkPort, segmentSize: "64M");
        await relay.StartAsync();

        long before = await SendAsync(relay, WarmUp);
        long after = await SendAsync(relay, Measured);
        double perMessage = (double)(after - before) / Measured;
        output.WriteLine($"{perMessage:F0} octets per message");
        Assert.InRange(perMessage, 1, BytesMax);
    }

    /// <returns>Octets allocated since the start, once all messages have left.</returns>
    private static async Task<long> SendAsync(RelayUnderTest relay, int messages)
    {
        ToolResult sent = await Tool.RunAsync(Tool.Load, [
            "source", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{relay.Port}"), "--sessions", "100", "--reuse",
            "--messages", messages.ToString(CultureInfo.InvariantCulture), "--length", "2048", "--quiet"]);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await Poll.UntilAsync(
            relay.IsEmptyAsync, TimeSpan.FromMinutes(3), () => $"the queue did not empty\n{relay.Program.Output}");
        return (await relay.SummaryAsync()).GetProperty("bytesAllocated").GetInt64();
    }
}
