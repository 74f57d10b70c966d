using Relay.Delivery.Tests.Notifications;
using Relay.Testing;
using static Relay.Testing.ScriptedMailExchanger;

namespace Relay.EndToEnd.Tests.Delivery;

/// <summary>
/// One message to hosts that fail in every way at every stage, and to domains that the DNS cannot or must not answer
/// for: each recipient ends as its fault says, nobody is lost, and the sender is told once of all that failed.
/// </summary>
public sealed class StageFaultTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;
    private const string Deferred = "deferred", Bounced = "bounced", Delivered = "delivered";

    private static readonly (string Stage, string Reply, string State)[] _faults =
    [
        (Connected, "421 4.3.2 busy", Deferred),
        (Connected, "450 4.3.2 busy", Deferred),
        (Connected, "554 5.7.1 no service", Bounced),
        (Connected, "220 relay.test ESMTP", Bounced), // our own name: a loop
        (Connected, "hello there", Deferred),
        (Connected, Cut, Deferred),
        ("EHLO", "451 4.3.0 trouble", Deferred),
        ("EHLO", "502 5.5.1 what", Delivered), // by HELO
        ("EHLO", "garbage", Deferred),
        ("EHLO", Cut, Deferred),
        ("EHLO", "250-half<then cut>", Deferred),
        ("MAIL", "451 4.7.1 greylisted", Deferred),
        ("MAIL", "550 5.7.1 go away", Bounced),
        ("MAIL", "garbage", Deferred),
        ("MAIL", Cut, Deferred),
        ("RCPT", "450 4.2.1 later", Deferred),
        ("RCPT", "550 5.1.1 unknown", Bounced),
        ("RCPT", "garbage", Deferred),
        ("RCPT", Cut, Deferred),
        ("DATA", "451 4.3.0 trouble", Deferred),
        ("DATA", "554 5.5.0 no", Bounced),
        ("DATA", "garbage", Deferred),
        ("DATA", Cut, Deferred),
        (EndOfData, "452 4.3.1 full", Deferred),
        (EndOfData, "554 5.6.0 refused", Bounced),
        (EndOfData, "421 4.3.2 closing<then cut>", Deferred),
        (EndOfData, "garbage", Deferred),
        (EndOfData, Cut, Deferred),
        ("QUIT", "garbage", Delivered),
        ("QUIT", Cut, Delivered),
        (EndOfData, "250 2.0.0 Taken", Delivered),
    ];

    /// <summary>Domains whose records decide, and what becomes of mail to them.</summary>
    private static readonly (string Name, string Records, string State)[] _domains =
    [
        ("null.test", "null IN MX 0 .", Bounced),
        ("gone.test", string.Empty, Bounced),
        ("back.test", "back IN MX 10 relay\nback IN MX 20 good\nrelay IN A 127.0.0.1", Bounced),
        ("better.test", "better IN MX 10 good\nbetter IN MX 20 relay", Delivered),
        ("down.test", "down IN MX 10 nobody\nnobody IN A @0", Deferred),
        ("second.test", "second IN MX 10 nobody\nsecond IN MX 20 good", Delivered),
        ("bare.test", "bare IN A @1", Delivered),
        ("lookup.example", string.Empty, Deferred), // the server refuses: it has only the zone test
        ("host.test", "host IN MX 10 mx.lookup.example.", Deferred),
    ];

    [Fact]
    public async Task Every_fault_has_its_outcome_nobody_is_lost_and_one_notification_tells_of_all_that_failed()
    {
        var scripts = new List<Func<string, string?>?> { null };
        string records = "home IN MX 10 good\ngood IN A @1\n"
            + string.Concat(_domains.Select(static d => d.Records + "\n"));
        Dictionary<string, string> expected = _domains.ToDictionary(static d => $"user@{d.Name}", static d => d.State);
        foreach ((string stage, string reply, string state) in _faults)
        {
            scripts.Add(line => line.StartsWith(stage, Ordinal) ? reply : null);
            int host = scripts.Count;
            records += $"d{host} IN MX 10 h{host}\nh{host} IN A @{host}\n";
            expected.Add($"user@d{host}.test", state);
        }

        await using MailWorld world =
            await MailWorld.StartAsync(records, scripts, null, "retry.minimum=2h", "retry.initial=2h");
        string id = await world.SendAsync("poster@home.test", [.. expected.Keys]);
        Dictionary<string, string> states = [];
        await Poll.UntilAsync(
            async () => (states = await world.StatesAsync(id)).Count == expected.Count
                && states.Values.All(static s => s != "pending"),
            MailWorld.Deadline,
            () => $"{string.Join(", ", states)}; the relay said:\n{world.Output}");
        Assert.Equal(expected.OrderBy(static e => e.Key), states.OrderBy(static s => s.Key));

        string[] taken =
        [
            .. world.Hosts.SelectMany(static h => h.Mails).Where(static m => !IsNotification(m))
                .Select(static m => Assert.Single(m.Recipients)).Select(Seeds.SeedWorld.AddressOf),
        ];
        Assert.Equal(Names(expected, Delivered), taken.Order(StringComparer.Ordinal));
        await Poll.UntilAsync(
            () => world.Hosts[0].Mails.Any(IsNotification),
            MailWorld.Deadline,
            () => $"nobody is told; the relay said:\n{world.Output}");
        ParsedReport report = await ParsedReport.ParseAsync(Assert.Single(world.Hosts[0].Mails, IsNotification));
        Assert.Equal("poster@home.test", report["To"].Trim('<', '>'));
        Assert.Equal(
            Names(expected, Bounced),
            Enumerable.Range(0, report.Recipients).Select(i => FinalRecipient(report, i))
                .Order(StringComparer.Ordinal));
        Assert.All(
            Enumerable.Range(0, report.Recipients), i => Assert.Contains("Action: failed", report.RecipientStatus(i)));
    }

    private static bool IsNotification(ReceivedMail mail) => mail.Mail.StartsWith("MAIL FROM:<>", Ordinal);

    private static string FinalRecipient(ParsedReport report, int number) =>
        report.RecipientStatus(number).Single(static f => f.StartsWith("Final-Recipient: ", Ordinal)).Split(' ')[2];

    private static IEnumerable<string> Names(Dictionary<string, string> states, string state) =>
        states.Where(s => s.Value == state).Select(static s => s.Key).Order(StringComparer.Ordinal);
}
