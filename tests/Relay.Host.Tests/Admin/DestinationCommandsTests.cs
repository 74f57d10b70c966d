using System.Text.Json;
using Relay.Delivery;
using Relay.Host.Admin;
using Relay.Host.Commands;
using Relay.Queue;

namespace Relay.Host.Tests.Admin;

/// <summary>Suspending and resuming over the admin socket, and what of it outlives a restart.</summary>
public class DestinationCommandsTests
{
    [Fact]
    public async Task Suspending_a_recipient_domain_suspends_the_next_hop_that_serves_it()
    {
        await using var fixture = new AdminFixture();
        (IReadOnlyList<JsonElement> lines, string? error) =
            await fixture.AskAsync("suspend routed.example 3600 they move house");

        Assert.Null(error);
        Assert.Equal("smtp:[192.0.2.1]:25", lines[0].GetProperty("suspended").GetString());
        Assert.True(lines[0].GetProperty("byAdministrator").GetBoolean());
        SuspensionSummary order = Assert.Single(fixture.Delivery.SummarizeSuspensions());
        Assert.Equal(
            ("smtp:[192.0.2.1]:25", "they move house", TimeSpan.FromHours(1)),
            (order.Destination, order.Reason, order.Until - order.Since));

        (lines, error) = await fixture.AskAsync("resume routed.example");
        Assert.Null(error);
        Assert.Equal("smtp:[192.0.2.1]:25", lines[0].GetProperty("resumed").GetString());
        Assert.Empty(fixture.Delivery.SummarizeSuspensions());
        Assert.Equal(
            "smtp:[192.0.2.1]:25 is not suspended", (await fixture.AskAsync("resume routed.example")).Error);
    }

    [Theory]
    [InlineData("suspend nowhere.example -", "no destination that mail is sent to: Error 451 4.4.3")]
    [InlineData("suspend no..name -", "is neither a destination as the summary names it nor a domain")]
    [InlineData("suspend * -", "is no single destination")]
    [InlineData("suspend *.example -", "is no single destination")]
    [InlineData("suspend routed.example 0", "0: expected seconds, or - for no end")]
    [InlineData("suspend routed.example 1h", "1h: expected seconds, or - for no end")]
    [InlineData("suspend routed.example", "unknown request")]
    [InlineData("resume no..name", "is neither a destination as the summary names it nor a domain")]
    public async Task What_cannot_be_suspended_is_refused_with_the_reason(string request, string expected)
    {
        await using var fixture = new AdminFixture();
        Assert.Contains(expected, (await fixture.AskAsync(request)).Error, StringComparison.Ordinal);
        Assert.Empty(fixture.Delivery.SummarizeSuspensions());
    }

    [Fact]
    public async Task An_order_outlives_a_restart_and_its_end_does_too()
    {
        await using var fixture = new AdminFixture();
        await fixture.AskAsync("suspend routed.example - moving");
        await fixture.AskAsync("suspend smtp:[192.0.2.2]:25 7200");
        fixture.Delivery.Suspend("smtp:[192.0.2.3]:25", "found", TimeSpan.FromHours(1), isManual: false);
        await fixture.AskAsync("resume smtp:[192.0.2.2]:25");

        await using var next = new AdminFixture();
        new DestinationCommands(next.Queue, next.Delivery, new SuspensionFile(fixture.Folder)).Restore();

        SuspensionSummary order = Assert.Single(next.Delivery.SummarizeSuspensions());
        Assert.Equal(
            ("smtp:[192.0.2.1]:25", "moving", null, true),
            (order.Destination, order.Reason, order.Until, order.IsManual));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(fixture.Folder, "suspended.json")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[ {} ]")]
    [InlineData("[ { \"Destination\": 7 } ]")]
    public async Task Orders_that_cannot_be_read_are_an_error_that_names_the_file(string content)
    {
        await using var fixture = new AdminFixture();
        string path = Path.Combine(fixture.Folder, "suspended.json");
        await File.WriteAllTextAsync(path, content);
        IOException exception = Assert.Throws<IOException>(() => new SuspensionFile(fixture.Folder).Read());
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_cannot_be_kept_is_in_force_and_says_so()
    {
        await using var fixture = new AdminFixture();
        Directory.CreateDirectory(Path.Combine(fixture.Folder, "suspended.json"));
        string? error = (await fixture.AskAsync("suspend routed.example -")).Error;
        Assert.Contains("in force now, but it will not outlive a restart", error, StringComparison.Ordinal);
        Assert.Single(fixture.Delivery.SummarizeSuspensions());
    }

    [Fact]
    public void Summary_shows_what_waits_what_blocks_it_and_the_last_reply()
    {
        using var text = new StringWriter();
        QueueText summary = QueueText.ForSummary(text);
        summary.Add("""{ "queued": 5, "active": 0, "deferred": 2, "held": 0, "quarantined": 0, "accepted": 9, """
            + """ "removed": 4 }""");
        summary.Add(Json(new DestinationSummary(
            "mx:a.example", 1, Relay.Routing.Routes.RouteKind.Smtp, 3, 1, 2, QueueId.FromTime(DateTimeOffset.UnixEpoch.AddDays(1)),
            "421 4.7.0 try later", null)
        {
            Window = 4,
            ConnectionLimit = 20,
            Rates = "100/min",
        }));
        string[] lines = text.ToString().Split('\n');
        Assert.Equal("  mx:a.example: 3 waiting, 1 active, 2 of 4 (of 20) connections", lines[3]);
        Assert.Equal("    blocked by  slowed down to 4 of 20 connections", lines[4]);
        Assert.Equal("    last reply  421 4.7.0 try later", lines[5]);
        Assert.StartsWith("    oldest      ", lines[6], StringComparison.Ordinal);
        Assert.EndsWith(" of 1970-01-02T00:00:00.000Z", lines[6], StringComparison.Ordinal);
        Assert.Equal("    rate        100/min", lines[7]);
    }

    private static string Json(DestinationSummary summary)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            QueueReport.WriteDestination(json, summary);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
