using Relay.LoadGenerator.Commands;
using Relay.Testing;

namespace Relay.LoadGenerator.Tests.Commands;

public class CountersFileTests
{
    [Fact]
    public async Task The_file_follows_the_counts_and_holds_the_last_ones_at_the_end()
    {
        string path = Path.GetTempFileName();
        var time = new ManualTimeProvider();
        var run = new TaskCompletionSource();
        (long, long) counts = (1, 2);
        Task keeping = CountersFile.KeepAsync(path, () => counts, run.Task, time);
        Assert.Equal(["1", "2"], Read(path));
        counts = (3, 4);
        time.Advance(TimeSpan.FromMilliseconds(20));
        while (Read(path)[0] != "3")
        {
            await Task.Yield(); // the timer's continuation runs on another thread
        }

        counts = (1_000_000, 2_000_000);
        run.SetResult();
        await keeping.WaitAsync(LoadRun.Patience);
        Assert.Equal(["1000000", "2000000"], Read(path));
        File.Delete(path);
    }

    private static string[] Read(string path) =>
        File.ReadAllText(path).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
