using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Features that widen who may relay: off by default, and what each does as clients see it.</summary>
public sealed class RelayFeatureTests : IAsyncDisposable
{
    private const string Stranger = "198.51.100.1";
    private const string Sender = "someone@sender.example";
    private const string Denied = "550 5.7.1 <a@far.example>... Relaying denied";

    private readonly SeedWorld _world = new();

    public RelayFeatureTests()
    {
        _world.Names.AddClient(Stranger, "pc.stranger.example");
        _world.Names.Add("far.example A 127.0.0.9", "gone.example A 127.0.0.9");
        _world.Table("relay-domains", "hosted.example\n");
    }

    [Fact]
    public async Task Loose_relay_check_looks_at_the_last_domain_alone()
    {
        await _world.ServeAsync("relay.example", "access.looseRelayCheck=true");
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, Sender, "a%far.example@hosted.example"), StringComparison.Ordinal);
        Assert.Equal(Denied, await _world.OfferAsync(Stranger, Sender, "a@far.example"));
    }

    [Fact]
    public async Task Step_7_relaytofulladdress_permits_one_mailbox_of_a_domain()
    {
        _world.Table("access", "To:boss@far.example RELAY\n");
        await _world.ServeAsync("relay.example", "access.relayToFullAddress=true");
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, Sender, "boss@far.example"), StringComparison.Ordinal);
        Assert.Equal(Denied, await _world.OfferAsync(Stranger, Sender, "a@far.example"));
    }

    [Fact]
    public async Task Step_8_relay_based_on_MX_permits_domains_whose_MX_is_one_of_our_names()
    {
        _world.Names.Add(
            "served.example MX 10 mx.far.example", "served.example MX 20 Relay.Example", "slow.example TEMP");
        await _world.ServeAsync("relay.example", "access.relayBasedOnMx=true");
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, Sender, "a@served.example"), StringComparison.Ordinal);
        Assert.Equal(Denied, await _world.OfferAsync(Stranger, Sender, "a@far.example"));
        Assert.Equal(
            "450 4.4.0 <a@slow.example>... Can not check MX records for recipient host slow.example",
            await _world.OfferAsync(Stranger, Sender, "a@slow.example"));
    }

    [Fact]
    public async Task Step_11_relay_local_from_permits_senders_at_our_own_names()
    {
        _world.Table("local-host-names", "mine.example\n");
        _world.Names.Add("mine.example A 127.0.0.9");
        await _world.ServeAsync("relay.example", "access.relayLocalFrom=true");
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, "x@mine.example", "a@far.example"), StringComparison.Ordinal);
        Assert.Equal(Denied, await _world.OfferAsync(Stranger, Sender, "a@far.example"));
    }

    [Fact]
    public async Task Step_11_relay_mail_from_permits_senders_whom_access_From_permits()
    {
        _world.Table("access", "From:boss@gone.example RELAY\n");
        await _world.ServeAsync("relay.example", "access.relayMailFrom=address");
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, "boss@gone.example", "a@far.example"), StringComparison.Ordinal);
        Assert.Equal(Denied, await _world.OfferAsync(Stranger, "x@gone.example", "a@far.example"));
    }

    [Fact]
    public async Task Relay_entire_domain_permits_the_domain_of_our_own_name_both_ways()
    {
        _world.Names.AddClient("198.51.100.2", "pc.corp.example");
        await _world.ServeAsync("relay.corp.example", "access.relayEntireDomain=true");
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, Sender, "a@pc.corp.example"), StringComparison.Ordinal);
        Assert.StartsWith(
            "250", await _world.OfferAsync("198.51.100.2", Sender, "a@far.example"), StringComparison.Ordinal);
        Assert.Equal(Denied, await _world.OfferAsync(Stranger, Sender, "a@far.example"));
    }

    [Fact]
    public async Task Promiscuous_relay_takes_mail_to_anywhere_from_anyone_on_loopback_alone()
    {
        await _world.ServeAsync("relay.example", "access.promiscuousRelay=loopback");
        Assert.StartsWith("250", await _world.OfferAsync(Stranger, Sender, "a@far.example"), StringComparison.Ordinal);
        Assert.Contains(
            "open relay",
            await _world.CheckAsync(exitCode: 78, "listeners=0.0.0.0:2525", "access.promiscuousRelay=loopback"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_lookupdotdomain_a_key_with_a_dot_before_it_stands_for_what_is_below_alone()
    {
        _world.Table("access", ".far.example REJECT\n");
        _world.Names.Add("sub.far.example A 127.0.0.9");
        await _world.ServeAsync("relay.example", "tables.lookupDotDomain=true");
        Assert.Equal(
            "550 5.7.1 <a@sub.far.example>... Access denied",
            await _world.OfferAsync(Stranger, "a@sub.far.example", "a@hosted.example"));
        Assert.StartsWith(
            "250", await _world.OfferAsync(Stranger, "a@far.example", "a@hosted.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_of_denial_and_of_rejection_can_be_set()
    {
        _world.Table("access", "From:gone.example REJECT\nTo:blocked@hosted.example REJECT\n");
        await _world.ServeAsync(
            "relay.example",
            "access.relayMessage=550 ask the helpdesk",
            "access.rejectMessage=554 5.7.9 go away",
            "access.recipientRejectMessage=550 5.1.1 no such box",
            "access.blocklistRecipients=true");
        Assert.Equal(
            "550 5.7.1 <a@far.example>... ask the helpdesk",
            await _world.OfferAsync(Stranger, Sender, "a@far.example"));
        Assert.Equal(
            "554 5.7.9 go away", await _world.OfferAsync(Stranger, "a@gone.example", "a@hosted.example"));
        Assert.Equal(
            "550 5.1.1 <blocked@hosted.example>... no such box",
            await _world.OfferAsync(Stranger, Sender, "blocked@hosted.example"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
