namespace Relay.Queue.Tests.Journal;

/// <summary>Runs a history of crashes for each seed of a range.</summary>
internal static class CrashSeeds
{
    /// <param name="variable">The environment variable that names another range, first-last.</param>
    /// <param name="standard">The range of every build.</param>
    /// <param name="counted">What the checks count, for the test's output.</param>
    /// <param name="run">Runs one seed; how often the disk crashed, and how much was checked.</param>
    public static async Task RunAllAsync(
        string variable, string standard, string counted, Func<int, Task<(int Crashes, int Checks)>> run)
    {
        string text = Environment.GetEnvironmentVariable(variable) ?? standard;
        int[] range = [.. text.Split('-').Select(int.Parse)];
        int crashes = 0;
        int checks = 0;
        for (int seed = range[0]; seed <= range[1]; seed++)
        {
            try
            {
                (int crashed, int checkedNow) = await run(seed);
                crashes += crashed;
                checks += checkedNow;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{crashes} crashes, {checks} {counted}");
        Assert.True(crashes > range[1] - range[0], "The disk must have crashed often.");
    }
}
