using System.Globalization;
using System.Text.Json;

namespace Relay.EndToEnd.Tests.Durability;

/// <summary>
/// kill -9 under load, again and again, on one queue: everything that the source's ledger says was acknowledged reaches
/// the sink intact. Duplicates are allowed (a reply may be lost on either side) and printed.
/// RELAY_TEST_KILL_ROUNDS makes it longer.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    private const int Seed = 20261120;

    private static int Rounds { get; } =
        int.Parse(Environment.GetEnvironmentVariable("RELAY_TEST_KILL_ROUNDS") ?? "20", CultureInfo.InvariantCulture);

    [Fact]
    public async Task No_acknowledged_message_is_lost_or_corrupted_by_kill_9_under_load()
    {
        using var workspace = new Workspace();
        string ledger = workspace.PathOf("ledger");
        await using VerifyingSink sink = await VerifyingSink.StartAsync(workspace, ledger);
        await using var relay = new RelayUnderTest(workspace, sink.Port);
        await relay.StartAsync();
        await using RunningProgram source = RunningProgram.Start(
            Tool.Load, "source", $"127.0.0.1:{relay.Port}", "--sessions", "20", "--reuse", "--resend", "--duration", "600s",
            "--length", "1k*80,20k*15,200k*5", "--recipients", "2", "--connect-patience", "60s", "--ledger", ledger, "--quiet");

        var random = new Random(Seed);
        long acknowledged = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long goal = acknowledged + random.Next(20, 20_000);
            await Poll.UntilAsync(
                () => LedgerLength(ledger) >= goal,
                TimeSpan.FromSeconds(60),
                () => $"seed {Seed}, round {round}: no progress\n{relay.Program.Output}\n{source.Output}");
            await relay.Program.KillAsync();
            acknowledged = LedgerLength(ledger);
            await relay.StartAsync();
        }

        await source.KillAsync();
        await Poll.UntilAsync(
            relay.IsEmptyAsync, TimeSpan.FromMinutes(3), () => $"the queue did not empty\n{relay.Program.Output}");
        JsonElement found = await sink.FinishAsync();
        output.WriteLine($"seed {Seed}, {Rounds} rounds: {found}");
        Assert.True(found.GetProperty("ledgerEntries").GetInt64() > Rounds);
        Assert.Equal(0, found.GetProperty("lost").GetInt64());
        Assert.Equal(0, found.GetProperty("corrupted").GetInt64());
    }

    private static long LedgerLength(string ledger) => File.Exists(ledger) ? new FileInfo(ledger).Length : 0;
}
