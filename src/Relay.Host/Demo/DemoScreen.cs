using Relay.Queue;
using Spectre.Console;

namespace Relay.Host.Demo;

/// <summary>What the demonstration shows: progress while it runs, a table at its end.</summary>
internal sealed class DemoScreen(IAnsiConsole console, DemoPlan plan, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public void Start(string directory)
    {
        console.WriteLine(
            "Relay.Fast demo: a relay on its crash-safe queue, a client and a next hop in this one process.");
        console.WriteLine(
            $"{plan.Sessions} sessions send messages of {plan.MessageSize} octets for {plan.Duration.TotalSeconds:0} "
            + $"s; the queue is in {directory}.");
    }

    /// <summary>Shows progress until <paramref name="work"/> is done, and returns how long that took.</summary>
    public async Task<TimeSpan> WatchAsync(Task work, DemoLedger ledger)
    {
        long started = time.GetTimestamp();
        using var ticks = new PeriodicTimer(Refresh, time);
        await console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask accepted = context.AddTask("accepted", maxValue: plan.Duration.TotalMilliseconds);
                ProgressTask delivered = context.AddTask("delivered", maxValue: 1);
                while (!work.IsCompleted)
                {
                    await Task.WhenAny(work, ticks.WaitForNextTickAsync().AsTask());
                    Update(accepted, delivered, ledger, time.GetElapsedTime(started));
                }

                accepted.Value = accepted.MaxValue;
                Update(accepted, delivered, ledger, time.GetElapsedTime(started));
            });
        return time.GetElapsedTime(started);
    }

    public void Finish(DemoVerdict verdict, TimeSpan elapsed, TimeSpan processorTime, QueueStatistics statistics)
    {
        double seconds = Math.Max(0.001, elapsed.TotalSeconds);
        int delivered = Math.Max(1, verdict.Delivered);
        Table table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumn("result")
            .AddColumn(new TableColumn("value").RightAligned());
        table.AddRow("accepted (250 = on disk)", $"{verdict.Accepted:N0}");
        table.AddRow("delivered intact", $"{verdict.Delivered:N0}");
        table.AddRow("messages per second, in and out", $"{verdict.Delivered / seconds:N0}");
        table.AddRow("time from final dot to 250, p50", $"{verdict.LatencyP50:0.00} ms");
        table.AddRow("time from final dot to 250, p99", $"{verdict.LatencyP99:0.00} ms");
        table.AddRow(
            "processor time per message, all three parts", $"{processorTime.TotalMicroseconds / delivered:0} µs");
        table.AddRow("commits, messages per commit",
            $"{statistics.Commits:N0}, {verdict.Accepted / (double)Math.Max(1, statistics.Commits):0.0}");
        table.AddRow("lost", $"{verdict.Lost:N0}");
        table.AddRow("duplicated", $"{verdict.Duplicated:N0}");
        table.AddRow("corrupted", $"{verdict.Corrupted:N0}");
        table.AddRow("refused", $"{verdict.Refused:N0}");
        console.Write(table);
        console.MarkupLine(verdict.IsPerfect
            ? "[green]Every acknowledged message arrived intact, exactly once.[/]"
            : "[red]Not every acknowledged message arrived intact and exactly once.[/]");
    }

    private void Update(ProgressTask accepted, ProgressTask delivered, DemoLedger ledger, TimeSpan elapsed)
    {
        accepted.Value = Math.Min(elapsed.TotalMilliseconds, plan.Duration.TotalMilliseconds);
        accepted.Description = $"accepted  {ledger.Accepted,9:N0}";
        delivered.MaxValue = Math.Max(1, ledger.Accepted);
        delivered.Value = ledger.Delivered;
        delivered.Description = $"delivered {ledger.Delivered,9:N0}";
    }
}
