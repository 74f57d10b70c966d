using Spectre.Console;

namespace Relay.LoadGenerator.Commands;

/// <summary>Shows how a run goes on: a live line on a terminal, one plain line every few seconds elsewhere.</summary>
internal static class Progress
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    internal static Task ShowAsync(string what, Func<(long Done, long Failed)> read, Task run)
    {
        return Console.IsOutputRedirected || Console.IsErrorRedirected
            ? ShowPlainAsync(what, read, run, Console.Error, TimeProvider.System)
            : ShowLiveAsync(what, read, run, TimeProvider.System);
    }

    internal static async Task ShowPlainAsync(
        string what, Func<(long Done, long Failed)> read, Task run, TextWriter output, TimeProvider time)
    {
        using var timer = new PeriodicTimer(PlainInterval, time);
        long previous = 0;
        long last = time.GetTimestamp();
        while (await NextAsync(timer, run))
        {
            await output.WriteLineAsync(Line(what, read(), ref previous, ref last, time));
        }
    }

    private static Task ShowLiveAsync(
        string what, Func<(long Done, long Failed)> read, Task run, TimeProvider time)
    {
        return AnsiConsole.Status().Spinner(Spinner.Known.Dots).StartAsync(what, async context =>
        {
            using var timer = new PeriodicTimer(LiveInterval, time);
            long previous = 0;
            long last = time.GetTimestamp();
            while (await NextAsync(timer, run))
            {
                context.Status(Line(what, read(), ref previous, ref last, time));
            }
        });
    }

    private static string Line(
        string what, (long Done, long Failed) now, ref long previous, ref long last, TimeProvider time)
    {
        long timestamp = time.GetTimestamp();
        double rate = (now.Done - previous) / time.GetElapsedTime(last, timestamp).TotalSeconds;
        (previous, last) = (now.Done, timestamp);
        string failed = now.Failed > 0 ? $", {now.Failed:N0} failed" : string.Empty;
        return $"{now.Done:N0} {what}, {rate:N0}/s{failed}";
    }

    // False when the run is over.
    private static async Task<bool> NextAsync(PeriodicTimer timer, Task run)
    {
        Task<bool> tick = timer.WaitForNextTickAsync().AsTask();
        return await Task.WhenAny(tick, run) == tick;
    }
}
