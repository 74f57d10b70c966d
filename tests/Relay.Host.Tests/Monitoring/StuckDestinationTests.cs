using System.Text.Json;

namespace Relay.Host.Tests.Monitoring;

/// <summary>
/// A relay of its own: what the summary says is up to ten seconds old, and must not be of another test's time.
/// </summary>
public sealed class StuckDestinationTests(MonitoredRelay relay) : IClassFixture<MonitoredRelay>
{
    [Fact]
    public async Task The_summary_names_the_destination_that_is_stuck_and_why()
    {
        await relay.SendAsync("a@stuck.example", "b@stuck.example");
        await relay.Process.WaitForLineAsync("to=<b@stuck.example>");
        JsonElement summary = await relay.GetJsonAsync("api/summary");
        Assert.Empty(summary.GetProperty("notReady").EnumerateArray());
        Assert.True(summary.GetProperty("canChange").GetBoolean());
        JsonElement destination = summary.GetProperty("destinations").EnumerateArray().First();
        Assert.Contains("127.0.0.1", destination.GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            summary.GetProperty("throttles").EnumerateArray(),
            static t => t.GetProperty("name").GetString() == "sessions at once" && t.GetProperty("limit").GetInt64() > 0);
    }
}
