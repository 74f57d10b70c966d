using Relay.EndToEnd.Tests.Monitoring;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Soak;

/// <summary>SIGHUP with other options while mail comes and goes.</summary>
public class ReloadTests
{
    [Fact]
    public async Task SIGHUP_with_other_delivery_options_and_host_name_breaks_nothing_off_and_counts_from_the_next_message()
    {
        using var release = new SemaphoreSlim(0);
        await using var nextHop = new ScriptedMailExchanger(line =>
        {
            if (line.StartsWith("RCPT TO:<held@", StringComparison.Ordinal))
            {
                release.Wait();
            }

            return null;
        });
        using var workspace = new Workspace();
        await using var relay = new RelayUnderTest(workspace, nextHop.Port)
        {
            Settings = ["delivery.connectionsPerDestinationMax=1"],
        };
        await relay.StartAsync();
        using Conversation session = await Conversation.BeginAsync(relay.Port, "127.0.0.1");
        Assert.Contains("relay.test", await session.SayAsync(null), StringComparison.Ordinal);
        await SayOkAsync(session, "EHLO client.test", "MAIL FROM:<a@example.com>", "RCPT TO:<held@example.org>", "DATA");
        Assert.StartsWith("250", await session.SayAsync("Subject: one\r\n\r\nx\r\n."), StringComparison.Ordinal);
        await nextHop.WhenAsync(static e => e.Lines.Any(static l => l.Contains("RCPT", StringComparison.Ordinal)));
        await SayOkAsync(session, "MAIL FROM:<a@example.com>", "RCPT TO:<second@example.org>");

        // One message is within its delivery, another within its reception.
        await ReloadAsync(relay, static json => json
            .Replace("\"relay.test\"", "\"renamed.test\"", StringComparison.Ordinal)
            .Insert(1, """ "delivery": { "useChunking": true, "connectionIdleTimeout": "10m" }, """));
        await SayOkAsync(session, "DATA");
        string answer = await session.SayAsync("Subject: two\r\n\r\nx\r\n.");
        Assert.StartsWith("250", answer, StringComparison.Ordinal);
        release.Release();
        await nextHop.WhenAsync(static e => e.Mails.Count == 2);
        Assert.Single(nextHop.Lines, static l => l.Contains("RCPT TO:<held@", StringComparison.Ordinal)); // not anew
        Assert.Equal(
            ["DATA", "BDAT"], nextHop.Lines.Select(static l => l[3..7]).Where(static verb => verb is "DATA" or "BDAT"));
        Assert.Contains("1: EHLO relay.test", nextHop.Lines);
        await SayOkAsync(session, "NOOP");

        using Conversation later = await Conversation.BeginAsync(relay.Port, "127.0.0.1");
        Assert.Contains("renamed.test", await later.SayAsync(null), StringComparison.Ordinal);
        nextHop.CutAll();
        await SayOkAsync(later, "EHLO client.test", "MAIL FROM:<a@example.com>", "RCPT TO:<third@example.org>", "DATA");
        Assert.StartsWith("250", await later.SayAsync("Subject: three\r\n\r\nx\r\n."), StringComparison.Ordinal);
        await nextHop.WhenAsync(static e => e.Mails.Count == 3);
        Assert.Contains(nextHop.Lines, static l => l.EndsWith("EHLO renamed.test", StringComparison.Ordinal));
        await SayOkAsync(session, "QUIT");
    }

    [Fact]
    public async Task SIGHUP_with_a_mistake_changes_nothing_and_says_why()
    {
        await using var nextHop = new ScriptedMailExchanger();
        using var workspace = new Workspace();
        await using var relay = new RelayUnderTest(workspace, nextHop.Port);
        await relay.StartAsync();
        string before = await File.ReadAllTextAsync(relay.ConfigurationPath);
        await File.WriteAllTextAsync(relay.ConfigurationPath, before
            .Replace("\"relay.test\"", "\"renamed.test\"", StringComparison.Ordinal)
            .Insert(1, """ "delivery": { "useChunking": 3, "backoff": { "initial": "soon" } }, """));
        await relay.Program.SignalAsync("HUP");
        string refusal = await relay.Program.WaitForLineAsync("reload refused");
        Assert.Contains("delivery.useChunking", refusal, StringComparison.Ordinal);
        Assert.Contains("delivery.backoff.initial", refusal, StringComparison.Ordinal);
        using Conversation session = await Conversation.BeginAsync(relay.Port, "127.0.0.1");
        Assert.Contains("relay.test", await session.SayAsync(null), StringComparison.Ordinal);
        await SayOkAsync(session, "EHLO client.test", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.org>", "DATA");
        Assert.StartsWith("250", await session.SayAsync("Subject: one\r\n\r\nx\r\n."), StringComparison.Ordinal);
        await nextHop.WhenAsync(static e => e.Mails.Count == 1);
        Assert.Contains("1: DATA", nextHop.Lines);
    }

    private static async Task ReloadAsync(RelayUnderTest relay, Func<string, string> change)
    {
        string before = await File.ReadAllTextAsync(relay.ConfigurationPath);
        await File.WriteAllTextAsync(relay.ConfigurationPath, change(before));
        await relay.Program.SignalAsync("HUP");
        string line = await relay.Program.WaitForLineAsync("reload");
        Assert.Contains("reloaded", line, StringComparison.Ordinal);
        Assert.DoesNotContain("next start", line, StringComparison.Ordinal);
    }

    private static async Task SayOkAsync(Conversation session, params string[] lines)
    {
        foreach (string line in lines)
        {
            string answer = await session.SayAsync(line);
            Assert.True(answer is ['2' or '3', ..], $"{line}: {answer}");
        }
    }
}
