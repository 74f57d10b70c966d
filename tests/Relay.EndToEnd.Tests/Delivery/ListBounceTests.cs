using Relay.Delivery.Tests.Notifications;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Delivery;

/// <summary>
/// Where notifications go when addresses pass aliases, with the real program, read by Python's parser (Sendmail:
/// aliases(5), "owner-").
/// </summary>
public sealed class ListBounceTests
{
    private const string Records = "home IN MX 10 home-mx\nhome-mx IN A @1\nfar IN MX 10 far-mx\nfar-mx IN A @2\n";

    [Fact]
    public async Task A_lists_owner_hears_of_a_member_that_failed_and_the_poster_does_not()
    {
        await using MailWorld world = await StartAsync(
            "list: good@far.test, gone@far.test\nowner-list: boss@home.test\n");
        await world.SendAsync("poster@home.test", "list@relay.test");
        ReceivedMail delivered = await world.MailAtAsync(1);
        Assert.StartsWith("MAIL FROM:<boss@home.test>", delivered.Mail, StringComparison.Ordinal);
        Assert.Equal(["good@far.test"], Addresses(delivered));

        ReceivedMail bounce = await world.MailAtAsync(0);
        Assert.StartsWith("MAIL FROM:<>", bounce.Mail, StringComparison.Ordinal);
        Assert.Equal(["boss@home.test"], Addresses(bounce));
        ParsedReport report = await ParsedReport.ParseAsync(bounce);
        Assert.Equal("boss@home.test", report["To"].Trim('<', '>'));
        Assert.Contains("MAILER-DAEMON@relay.test", report["From"], StringComparison.Ordinal);
        Assert.Equal("Returned mail: see transcript for details", report["Subject"]);
        Assert.Equal(1, report.Recipients);
        IReadOnlyList<string> fields = report.RecipientStatus();
        Assert.Contains("Final-Recipient: rfc822; gone@far.test", fields);
        Assert.Contains("Action: failed", fields);
        Assert.Contains("Status: 5.1.1", fields);
        Assert.Contains("Diagnostic-Code: smtp; 550 5.1.1 No such user", fields);
        Assert.Contains(fields, static f => f.StartsWith("Remote-MTA: dns; far-mx.test", StringComparison.Ordinal));
        Assert.Contains(report.Returned.Fields!, static f => f[0] == "Subject" && f[1] == "the test");

        await world.DrainAsync();
        Assert.Equal((1, 1), (world.Hosts[0].Mails.Count, world.Hosts[1].Mails.Count));
    }

    [Fact]
    public async Task An_owner_that_is_a_list_itself_is_told_by_its_name_and_each_member_gets_the_notification()
    {
        await using MailWorld world = await StartAsync(
            "list: gone@far.test\nowner-list: boss@home.test, deputy@home.test\n");
        await world.SendAsync("poster@home.test", "list@relay.test");
        ReceivedMail bounce = await world.MailAtAsync(0);
        Assert.Equal(["boss@home.test", "deputy@home.test"], Addresses(bounce).Order());
        ParsedReport report = await ParsedReport.ParseAsync(bounce);
        Assert.Equal("owner-list@relay.test", report["To"].Trim('<', '>'));
        Assert.Contains("Final-Recipient: rfc822; gone@far.test", report.RecipientStatus());
        await world.DrainAsync();
        Assert.Single(world.Hosts[0].Mails);
    }

    [Fact]
    public async Task A_sender_that_is_an_alias_gets_the_notification_where_the_alias_leads()
    {
        await using MailWorld world = await StartAsync("poster: someone@home.test\n");
        await world.SendAsync("poster@relay.test", "gone@far.test", "good@far.test");
        ReceivedMail bounce = await world.MailAtAsync(0);
        Assert.Equal(["someone@home.test"], Addresses(bounce));
        ParsedReport report = await ParsedReport.ParseAsync(bounce);
        Assert.Equal("poster@relay.test", report["To"].Trim('<', '>'));
        Assert.Equal(1, report.Recipients);
        Assert.Contains("Final-Recipient: rfc822; gone@far.test", report.RecipientStatus());
        Assert.Equal(["good@far.test"], Addresses(await world.MailAtAsync(1)));
    }

    [Fact]
    public async Task A_notification_that_fails_is_told_to_postmaster_through_the_aliases_and_ends_there()
    {
        await using MailWorld world = await StartAsync("postmaster: admin@home.test\n");
        await world.SendAsync("gone-too@far.test", "gone@far.test");
        ReceivedMail second = await world.MailAtAsync(0);
        Assert.Equal(["admin@home.test"], Addresses(second));
        ParsedReport report = await ParsedReport.ParseAsync(second);
        Assert.Contains("Final-Recipient: rfc822; gone-too@far.test", report.RecipientStatus());
        await world.DrainAsync();
        Assert.Equal((1, 0), (world.Hosts[0].Mails.Count, world.Hosts[1].Mails.Count));
    }

    private static Task<MailWorld> StartAsync(string aliases) => MailWorld.StartAsync(
        Records,
        [null, Refuse],
        new Dictionary<string, string> { ["aliases"] = aliases });

    private static string? Refuse(string line) =>
        line.StartsWith("RCPT TO:<gone", StringComparison.Ordinal) ? "550 5.1.1 No such user" : null;

    private static string[] Addresses(ReceivedMail mail) =>
        [.. mail.Recipients.Select(Seeds.SeedWorld.AddressOf)];
}
