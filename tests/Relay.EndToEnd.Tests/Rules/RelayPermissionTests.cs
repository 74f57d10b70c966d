using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Who may relay, step by step, as clients see it (Sendmail: proto.m4, ruleset check_rcpt).</summary>
public sealed class RelayPermissionTests(PermissionWorld world) : IClassFixture<PermissionWorld>
{
    [Fact]
    public async Task Step_0_an_empty_recipient_is_refused() =>
        Assert.Matches("^5(53|01) 5\\.[01]\\.", await world.AskAsync(RuleWorld.Stranger, string.Empty));

    [Theory]
    [InlineData("a%far.example@hosted.example")]
    [InlineData("\"a@far.example\"@hosted.example")]
    [InlineData("far.example!a@hosted.example")]
    [InlineData("a%far.example%second.example@hosted.example")]
    [InlineData("a%far.example@target.example")]
    [InlineData("a%far.example@mine.example")]
    [InlineData("a%far.example")]
    public async Task Step_1_a_domain_behind_percent_bang_or_at_is_what_decides(string recipient) =>
        Assert.Equal(
            $"550 5.7.1 <{recipient}>... Relaying denied", await world.AskAsync(RuleWorld.Stranger, recipient));

    [Fact]
    public async Task Step_1_more_than_one_at_is_no_address() =>
        Assert.StartsWith(
            "501 5.1.3", await world.AskAsync(RuleWorld.Stranger, "a@far.example@hosted.example"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Step_1_a_domain_inside_that_is_relayed_to_as_well_passes() =>
        Assert.StartsWith(
            "250", await world.AskAsync(RuleWorld.Stranger, "a%second.example@hosted.example"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Step_2_without_blocklist_recipients_a_REJECT_does_not_block_a_recipient() =>
        Assert.StartsWith("250", await world.AskAsync("127.0.0.1", "a@no.target.example"), StringComparison.Ordinal);

    [Fact]
    public async Task Step_4_who_has_authenticated_may_relay_from_anywhere()
    {
        await using SeedClient client = await world.World.ConnectAsync(RuleWorld.Nobody, login: "tim");
        Assert.Equal(
            "250 2.1.5 <a@far.example>... Recipient ok", await client.OfferAsync(RuleWorld.Sender, "a@far.example"));
    }

    [Theory]
    [InlineData("fred@mine.example", true)]
    [InlineData("fred@MINE.example", true)]
    [InlineData("fred@relay.example", true)]
    [InlineData("fred@relay", true)]
    [InlineData("fred@localhost", true)]
    [InlineData("fred@[127.0.0.1]", true)]
    [InlineData("fred@sub.mine.example", false)]
    public async Task Step_5_a_domain_in_class_w_is_accepted_from_anyone_and_only_exactly(string recipient, bool passes)
    {
        string reply = await world.AskAsync(RuleWorld.Stranger, recipient);
        Assert.Equal(
            passes ? $"250 2.1.5 <{recipient}>... Recipient ok" : $"550 5.7.1 <{recipient}>... Relaying denied", reply);
    }

    [Theory]
    [InlineData("a@hosted.example", true)]
    [InlineData("a@Deep.Sub.Hosted.example", true)]
    [InlineData("a@second.example", true)]
    [InlineData("a@nothosted.example", false)]
    [InlineData("a@hosted.example.evil.example", false)]
    public async Task Step_6_a_domain_in_class_R_or_below_it_is_relayed_to_for_anyone(string recipient, bool passes) =>
        Assert.StartsWith(
            passes ? "250" : "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, recipient),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("a@target.example", true)]
    [InlineData("a@sub.target.example", true)]
    [InlineData("a@untagged.example", true)]
    [InlineData("a@no.target.example", false)]
    [InlineData("a@ok.example", false)]
    [InlineData("a@conn.example", false)]
    public async Task Step_7_access_To_or_untagged_permits_with_RELAY_alone_and_the_most_specific_key_decides(
        string recipient, bool passes) =>
        Assert.StartsWith(
            passes ? "250" : "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, recipient),
            StringComparison.Ordinal);

    [Fact]
    public async Task Step_7_a_full_address_permits_nothing_without_relaytofulladdress() =>
        Assert.StartsWith(
            "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, "boss@one.example"), StringComparison.Ordinal);

    [Fact]
    public async Task Step_8_MX_records_that_name_us_permit_nothing_without_relay_based_on_MX() =>
        Assert.StartsWith(
            "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, "a@served.example"), StringComparison.Ordinal);

    [Theory]
    [InlineData("fred")]
    [InlineData("postmaster")]
    [InlineData("PostMaster")]
    public async Task Step_9_a_recipient_without_a_domain_is_local_and_accepted_from_anyone(string recipient) =>
        Assert.Equal(
            $"250 2.1.5 <{recipient}>... Recipient ok", await world.AskAsync(RuleWorld.Nobody, recipient));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("127.0.0.2", false)]
    [InlineData("::2", false)]
    public async Task Step_10_this_machine_may_relay_and_its_other_loopback_addresses_may_not(
        string client, bool relays) => Assert.Equal(relays, await world.MayRelayAsync(client));

    [Theory]
    [InlineData("10.1.200.3", true)]
    [InlineData("10.10.0.1", false)]
    [InlineData("10.2.1.1", false)]
    [InlineData("172.16.3.4", true)]
    [InlineData("172.160.3.4", false)]
    [InlineData("2001:db8:1::5", true)]
    [InlineData("2001:db8:11::5", false)]
    public async Task Step_10_an_address_that_begins_with_an_entry_of_class_R_word_by_word_may_relay(
        string client, bool relays) => Assert.Equal(relays, await world.MayRelayAsync(client));

    [Theory]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("192.0.2.70", false)]
    [InlineData("203.0.113.250", true)]
    [InlineData("203.0.11.3", false)]
    [InlineData("2001:db8:2::9", true)]
    [InlineData("2001:db8:2::8", false)]
    public async Task Step_10_access_Connect_or_untagged_by_address_permits_with_RELAY_alone(
        string client, bool relays) => Assert.Equal(relays, await world.MayRelayAsync(client));

    [Theory]
    [InlineData("192.168.0.77", true)]
    [InlineData("192.168.1.77", false)]
    [InlineData("172.23.255.1", true)]
    [InlineData("172.24.0.1", false)]
    public async Task C3_Step_10_a_prefix_with_a_dot_at_its_end_counts_and_a_network_with_its_bits_does(
        string client, bool relays) => Assert.Equal(relays, await world.MayRelayAsync(client));

    [Fact]
    public async Task Step_11_a_sender_whom_access_permits_permits_nothing_by_default()
    {
        Assert.StartsWith(
            "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, "a@far.example", "boss@gone.example"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.7.1", await world.AskAsync(RuleWorld.Stranger, "a@far.example", "fred@mine.example"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("198.51.100.21",
        "450 4.4.0 <a@far.example>... Relaying temporarily denied. Cannot resolve PTR record for 198.51.100.21")]
    [InlineData("198.51.100.20",
        "550 5.7.1 <a@far.example>... Relaying denied. IP name possibly forged [198.51.100.20]")]
    [InlineData("198.51.100.99",
        "550 5.7.1 <a@far.example>... Relaying denied. IP name lookup failed [198.51.100.99]")]
    public async Task Step_12_a_client_without_a_confirmed_name_is_told_why_and_its_claimed_name_permits_nothing(
        string client, string reply) => Assert.Equal(reply, await world.AskAsync(client, "a@far.example"));

    [Theory]
    [InlineData("mine.example", true)]
    [InlineData("inside.example", true)]
    [InlineData("pc.inside.example", true)]
    [InlineData("name.example", true)]
    [InlineData("pc.name.example", true)]
    [InlineData("pc.conn.example", true)]
    [InlineData("pc.target.example", false)]
    [InlineData("nothosted.example", false)]
    [InlineData("pc.far.example", false)]
    public async Task Step_13_a_confirmed_name_in_class_w_in_or_below_class_R_or_in_access_may_relay(
        string name, bool relays) => Assert.Equal(relays, await world.MayRelayAsync(PermissionWorld.AddressOf(name)));

    [Fact]
    public async Task Step_14_everything_else_is_denied() =>
        Assert.Equal(
            "550 5.7.1 <a@far.example>... Relaying denied",
            await world.AskAsync(RuleWorld.Stranger, "a@far.example"));

    [Theory]
    [InlineData("known@virtual.example", "250 2.1.5 <known@virtual.example>... Recipient ok")]
    [InlineData("a@sub.virtual.example", "250 2.1.5 <a@sub.virtual.example>... Recipient ok")]
    public async Task The_domains_of_VIRTUSER_DOMAIN_are_in_class_R(string recipient, string reply) =>
        Assert.Equal(reply, await world.AskAsync(RuleWorld.Stranger, recipient));

    [Fact]
    public async Task One_permission_is_enough_whether_the_clients_or_the_recipients()
    {
        await using SeedClient client = await world.World.ConnectAsync("203.0.113.5");
        Assert.StartsWith(
            "250", await client.OfferAsync(RuleWorld.Sender, "a@far.example"), StringComparison.Ordinal);
        await using SeedClient stranger = await world.World.ConnectAsync(RuleWorld.Stranger);
        Assert.StartsWith(
            "250", await stranger.OfferAsync(RuleWorld.Sender, "a@hosted.example"), StringComparison.Ordinal);
        Assert.StartsWith(
            "550 5.7.1", await stranger.SayAsync("RCPT TO:<a@far.example>"), StringComparison.Ordinal);
        Assert.StartsWith(
            "250", await stranger.SayAsync("RCPT TO:<a@second.example>"), StringComparison.Ordinal);
    }
}
