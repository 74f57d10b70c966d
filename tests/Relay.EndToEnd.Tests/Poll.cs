using System.Diagnostics;

namespace Relay.EndToEnd.Tests;

/// <summary>Waits for a condition of another process, with a deadline; never for time to pass.</summary>
internal static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(Func<bool> condition, TimeSpan deadline, Func<string> failure)
    {
        long start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > deadline)
            {
                Assert.Fail(failure());
            }

            await timer.WaitForNextTickAsync();
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<string> failure)
    {
        long start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > deadline)
            {
                Assert.Fail(failure());
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
