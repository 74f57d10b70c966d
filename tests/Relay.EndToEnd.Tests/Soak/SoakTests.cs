using System.Globalization;
using System.Text.Json;

namespace Relay.EndToEnd.Tests.Soak;

/// <summary>
/// Steady load, with <c>mailq</c> every second and reloads and log rotations in turn: no message and no log line is
/// lost, nothing is leaked, nothing gets slower. Twelve seconds as a rule, in which speed is not judged;
/// RELAY_TEST_SOAK_SECONDS=3600 makes it the hour that is to be run before a release, RELAY_TEST_SOAK_RATE sets the
/// messages per second.
/// </summary>
public class SoakTests(ITestOutputHelper output)
{
    private const int LongSeconds = 120;

    private static int Seconds { get; } = Setting("RELAY_TEST_SOAK_SECONDS", 12);

    private static int Rate { get; } = Setting("RELAY_TEST_SOAK_RATE", 200);

    [Fact]
    public async Task Load_with_reloads_rotations_and_mailq_every_second_loses_leaks_and_slows_nothing()
    {
        await using var soak = new SoakRelay();
        await soak.StartAsync(Rate, TimeSpan.FromSeconds(Seconds));
        var samples = new List<SoakSample>();
        using (var second = new PeriodicTimer(TimeSpan.FromSeconds(1)))
        {
            for (int i = 0; i < Seconds; i++)
            {
                await second.WaitForNextTickAsync();
                TimeSpan mailq = await soak.MailqAsync();
                samples.Add(SoakSample.Take(soak.Relay.Program.Id, soak.Acknowledged, mailq));
                await (i % 2 == 0 ? soak.ReloadAsync() : soak.RotateAsync());
            }
        }

        Assert.Equal(0, await soak.Source.WaitForExitAsync());
        await Poll.UntilAsync(
            soak.Relay.IsEmptyAsync, TimeSpan.FromMinutes(3), () => $"the queue did not empty\n{soak.LogText}");
        SoakSample end = SoakSample.Take(soak.Relay.Program.Id, soak.Acknowledged, TimeSpan.Zero);
        await soak.Relay.Program.SignalAsync("TERM");
        Assert.Equal(0, await soak.Relay.Program.WaitForExitAsync());
        JsonElement found = await soak.FinishAsync();
        output.WriteLine($"{Seconds} s at {Rate}/s, {soak.Reloads} reloads, {soak.Rotations} rotations: {found}");
        output.WriteLine($"first {samples[0]}\nlast {samples[^1]}\nend {end}");

        long messages = found.GetProperty("ledgerEntries").GetInt64();
        Assert.True(messages > Seconds, $"{messages} messages only");
        Assert.Equal(0, found.GetProperty("lost").GetInt64());
        Assert.Equal(0, found.GetProperty("corrupted").GetInt64());
        long lines = soak.CountSentLines();
        Assert.True(lines >= 2 * messages, $"{lines} lines of recipients, of {messages} messages with two each");
        AssertNothingLeaks(samples, end);
        if (Seconds >= LongSeconds)
        {
            AssertNothingSlows(samples);
        }
    }

    /// <summary>
    /// Idle again, it has no more handles and threads than early under load; memory may grow with what the heap keeps
    /// for the next load, but not on and on.
    /// </summary>
    private static void AssertNothingLeaks(List<SoakSample> samples, SoakSample end)
    {
        int handles = samples[..(samples.Count / 2)].Max(static s => s.Handles);
        int threads = samples[..(samples.Count / 2)].Max(static s => s.Threads);
        Assert.True(end.Handles <= handles + 20, $"{end.Handles} handles at the end, {handles} early");
        Assert.True(end.Threads <= threads + 20, $"{end.Threads} threads at the end, {threads} early");
        long early = samples[..((samples.Count / 2) + 1)].Max(static s => s.ResidentBytes);
        long late = samples[^(samples.Count / 3)..].Max(static s => s.ResidentBytes);
        Assert.True(
            late <= early + (early / 4) + (96L << 20), $"{late >> 20} MiB in the last third, {early >> 20} MiB before");
    }

    private static void AssertNothingSlows(List<SoakSample> samples)
    {
        int quarter = samples.Count / 4;
        long first = samples[quarter].Acknowledged - samples[0].Acknowledged;
        long last = samples[^1].Acknowledged - samples[^(quarter + 1)].Acknowledged;
        Assert.True(last >= first * 8 / 10, $"{last} octets of ledger in the last quarter, {first} in the first");
        TimeSpan early = Median(samples[..quarter]);
        TimeSpan late = Median(samples[^quarter..]);
        Assert.True(late <= (early * 2) + TimeSpan.FromMilliseconds(100), $"mailq took {early}, and at the end {late}");
    }

    private static TimeSpan Median(List<SoakSample> samples) =>
        samples.Select(static s => s.Mailq).Order().ElementAt(samples.Count / 2);

    private static int Setting(string name, int usual) => int.Parse(
        Environment.GetEnvironmentVariable(name) ?? usual.ToString(CultureInfo.InvariantCulture),
        CultureInfo.InvariantCulture);
}
