namespace Relay.Throttling.Tests;

/// <summary>Runs the same work on several threads at once.</summary>
internal static class Stress
{
    /// <summary>More threads than cores, so that they are interrupted in the middle.</summary>
    public static int ThreadCount => Math.Max(4, Environment.ProcessorCount * 2);

    /// <summary>How long the stress tests run at least.</summary>
    public static TimeSpan Duration => TimeSpan.FromSeconds(2);

    /// <summary>
    /// Calls <paramref name="work"/> with the thread's number again and again, for <see cref="Duration"/>.
    /// </summary>
    public static void Run(Action<int> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        using var barrier = new Barrier(ThreadCount);
        List<Exception> failures = [];
        Thread[] threads = [.. Enumerable.Range(0, ThreadCount).Select(number => new Thread(() =>
        {
            try
            {
                barrier.SignalAndWait();
                while (TimeProvider.System.GetElapsedTime(start) < Duration)
                {
                    work(number);
                }
            }
            catch (Exception e)
            {
                lock (failures)
                {
                    failures.Add(e);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(failures);
    }
}
