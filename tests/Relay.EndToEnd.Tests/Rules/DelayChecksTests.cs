using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// delay_checks as clients see it: all at RCPT, the recipient first (Sendmail: cf/README, delay_checks).
/// </summary>
public sealed class DelayChecksTests : IAsyncDisposable
{
    private const string Rejected = "192.0.2.1"; // by access and on a list
    private const string Listed = "198.51.100.7";
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";

    private readonly SeedWorld _world = new();

    public DelayChecksTests()
    {
        _world.Names.Add(
            "2.0.0.127.bl.list A 127.0.0.2", "7.100.51.198.bl.list A 127.0.0.2", "bad.example A 127.0.0.9",
            "good.example A 127.0.0.9", "fine.example A 127.0.0.9");
        _world.Table("relay-domains", "open.example\n");
        _world.Table("local-host-names", "mine.example\n");
        _world.Table("aliases", "abuse: x@open.example\nfred: x@open.example\n");
        _world.Table("access", """
            Connect:192.0.2.1 REJECT
            Connect:192.0.2.9 RELAY
            From:bad.example 550 bad sender
            From:good.example OK
            To:blocked@open.example REJECT
            Spam:friend@open.example FRIEND
            Spam:abuse@ FRIEND
            Spam:hater@open.example HATER
            Spam:far.example FRIEND

            """);
    }

    [Fact]
    public async Task Connection_and_MAIL_pass_and_RCPT_hears_first_of_the_recipient_then_the_sender_then_the_client()
    {
        await ServeAsync("on");
        await using SeedClient client = await _world.ConnectAsync(Rejected);
        Assert.StartsWith("220 ", client.Greeting, StringComparison.Ordinal);
        Assert.Equal("250 2.1.0 <a@bad.example>... Sender ok", await client.SayAsync("MAIL FROM:<a@bad.example>"));
        Assert.StartsWith(
            "550 5.7.1 <a@far.example>... Relaying denied",
            await client.SayAsync("RCPT TO:<a@far.example>"), StringComparison.Ordinal);
        Assert.Equal(
            "550 5.2.1 <blocked@open.example>... Mailbox disabled for this recipient",
            await client.SayAsync("RCPT TO:<blocked@open.example>"));
        Assert.Equal("550 5.0.0 <a@open.example>... bad sender", await client.SayAsync("RCPT TO:<a@open.example>"));
        Assert.Equal(
            "550 5.7.1 <a@open.example>... Access denied", await client.OfferAsync("a@fine.example", "a@open.example"));
        Assert.StartsWith(
            "553 5.1.8 <a@open.example>...",
            await client.OfferAsync("a@missing.example", "a@open.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_asked_at_RCPT_and_a_From_entry_OK_skips_them()
    {
        await ServeAsync("on");
        Assert.Equal(
            "550 5.7.1 <a@open.example>... Rejected: 198.51.100.7 listed at bl.list",
            await _world.OfferAsync(Listed, "a@fine.example", "a@open.example"));
        Assert.Equal(Passed, await _world.OfferAsync(Listed, "a@good.example", "a@open.example"));
        Assert.Equal(Passed, await _world.OfferAsync("192.0.2.9", "a@fine.example", "a@open.example"));
    }

    [Fact]
    public async Task Who_has_authenticated_is_checked_no_further_but_a_blocked_recipient_is_blocked()
    {
        await ServeAsync("on");
        await using SeedClient client = await _world.ConnectAsync(Rejected, login: "tim");
        Assert.Equal(Passed, await client.OfferAsync("a@bad.example", "a@open.example"));
        Assert.StartsWith(
            "250", await client.OfferAsync("a@bad.example", "a@far.example"), StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.2.1", await client.OfferAsync("a@bad.example", "blocked@open.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_without_a_domain_gets_our_name_where_nothing_checks_it_and_is_refused_at_RCPT_elsewhere()
    {
        Relay.Testing.ScriptedMailExchanger open = _world.Host("127.0.0.17");
        _world.Names.Add("open.example A 127.0.0.17");
        await ServeAsync("on");
        await using SeedClient client = await _world.ConnectAsync(Rejected, login: "tim");
        Assert.Equal(Passed, await client.OfferAsync("joe", "a@open.example"));
        await client.SendContentAsync();
        Assert.Equal("joe@relay.example", SeedWorld.AddressOf((await _world.MailAtAsync(open)).Mail));
        Assert.StartsWith(
            "553 5.5.4 <a@open.example>... Domain name required for sender address joe",
            await _world.OfferAsync("198.51.100.8", "joe", "a@open.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_friend_who_is_one_gets_mail_unchecked_but_nobody_relays_by_it()
    {
        await ServeAsync("friend");
        await using SeedClient client = await _world.ConnectAsync(Rejected);
        foreach (string friend in (string[])["friend@open.example", "abuse@mine.example", "abuse"])
        {
            Assert.Equal(
                $"250 2.1.5 <{friend}>... Recipient ok", await client.OfferAsync("a@bad.example", friend));
        }

        Assert.StartsWith(
            "550 5.0.0", await client.OfferAsync("a@bad.example", "a@open.example"), StringComparison.Ordinal);
        Assert.StartsWith( // a local part alone is a friend in our own domains
            "550 5.0.0", await client.OfferAsync("a@bad.example", "abuse@open.example"), StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.0.0", await client.OfferAsync("a@bad.example", "fred@mine.example"), StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.7.1", await client.OfferAsync("a@bad.example", "a@far.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_hater_those_alone_get_mail_checked()
    {
        await ServeAsync("hater");
        await using SeedClient client = await _world.ConnectAsync(Rejected);
        Assert.Equal(Passed, await client.OfferAsync("a@bad.example", "a@open.example"));
        Assert.Equal(
            "550 5.0.0 <hater@open.example>... bad sender",
            await client.OfferAsync("a@bad.example", "hater@open.example"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private Task ServeAsync(string mode) => _world.ServeAsync(
        "relay.example", $"access.delayChecks={mode}", "access.blocklistRecipients=true", "access.dnsbl=bl.list");
}
