using Relay.Routing.Access;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Access;

/// <summary>
/// check_rcpt: who may relay, step by step (Sendmail: proto.m4, ruleset check_rcpt; cf/README, ANTI-SPAM).
/// </summary>
public class RecipientCheckTests
{
    private const string Denied = "550 5.7.1 <a@far.example>... Relaying denied. IP name lookup failed [192.0.2.99]";

    private static RoutingOptions Options { get; } = new() { HostName = "relay.example" };

    [Fact]
    public async Task Step_0_an_empty_recipient_is_refused() =>
        Assert.Equal("553 5.0.0 User address required", await new Rules().RcptAsync(Rules.Stranger, string.Empty));

    [Theory]
    [InlineData("a%far.example@hosted.example")]
    [InlineData("\"a@far.example\"@hosted.example")]
    [InlineData("far.example!a@hosted.example")]
    [InlineData("a%far.example%hosted.example@hosted.example")]
    [InlineData("a%far.example@mine.example")]
    [InlineData("a@far.example@hosted.example")]
    [InlineData("a%far.example")]
    public async Task Step_1_the_percent_hack_is_looked_through(string recipient)
    {
        var rules = new Rules { RelayDomains = "hosted.example", LocalHostNames = "mine.example" };
        Assert.Equal(
            $"550 5.7.1 <{recipient}>... Relaying denied. IP name lookup failed [192.0.2.99]",
            await rules.RcptAsync(Rules.Stranger, recipient));
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, true)]
    [InlineData(9, false)]
    [InlineData(12, false)]
    public async Task Step_1_domains_nested_deeper_than_is_looked_into_relay_for_no_stranger(int depth, bool passes)
    {
        var rules = new Rules { RelayDomains = "hosted.example" };
        string recipient = "a" + string.Concat(Enumerable.Repeat("%hosted.example", depth)) + "@hosted.example";
        string reply = await rules.RcptAsync(Rules.Stranger, recipient);
        Assert.Equal(passes, reply == "ok");
        Assert.True(passes || reply.StartsWith("550 5.7.1", StringComparison.Ordinal), reply);
    }

    [Fact]
    public async Task Step_1_a_domain_inside_that_is_ours_too_passes()
    {
        var rules = new Rules { RelayDomains = "hosted.example second.example" };
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "a%second.example@hosted.example"));
    }

    [Fact]
    public async Task Step_1_loose_relay_check_looks_at_the_last_domain_only()
    {
        var rules = new Rules { RelayDomains = "hosted.example", Options = Options with { LooseRelayCheck = true } };
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "a%far.example@hosted.example"));
    }

    [Theory]
    [InlineData("a@blocked.example", "550 5.2.1 <a@blocked.example>... Mailbox disabled for this recipient")]
    [InlineData("a@sub.blocked.example", "550 5.2.1 <a@sub.blocked.example>... Mailbox disabled for this recipient")]
    [InlineData("one@open.example", "550 5.0.0 <one@open.example>... gone away")]
    [InlineData("one+detail@open.example", "550 5.0.0 <one+detail@open.example>... gone away")]
    [InlineData("two@open.example", "551 5.1.6 moved")]
    [InlineData("fred@mine.example", "550 5.2.1 <fred@mine.example>... Mailbox disabled for this recipient")]
    [InlineData("fred@open.example", "ok")]
    [InlineData("drop@open.example", "Discard")]
    [InlineData("odd@open.example", "Hold: look at it")]
    [InlineData("fine@blocked.example", "ok")]
    public async Task Step_2_blocklist_recipients_asks_access_by_address_user_and_domain(
        string recipient, string outcome)
    {
        var rules = new Rules
        {
            RelayDomains = "open.example blocked.example",
            LocalHostNames = "mine.example",
            Access = """
                To:blocked.example REJECT
                To:one@open.example ERROR:550 gone away
                To:two@open.example ERROR:5.1.6:551 moved
                To:fred@ REJECT
                To:drop@open.example DISCARD
                To:odd@open.example QUARANTINE:look at it
                fine@blocked.example OK
                """,
            Options = Options with { BlocklistRecipients = true },
        };
        Assert.Equal(outcome, await rules.RcptAsync(Rules.Stranger, recipient));
    }

    [Fact]
    public async Task Step_2_without_blocklist_recipients_access_does_not_block()
    {
        var rules = new Rules { RelayDomains = "open.example", Access = "To:one@open.example REJECT" };
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "one@open.example"));
    }

    [Fact]
    public async Task Step_2_an_OK_does_not_permit_relaying()
    {
        var rules = new Rules { Access = "To:far.example OK", Options = Options with { BlocklistRecipients = true } };
        Assert.Equal(Denied, await rules.RcptAsync(Rules.Stranger, "a@far.example"));
    }

    [Fact]
    public async Task Steps_3_and_4_an_authenticated_client_relays()
    {
        var client = new ClientFacts(
            System.Net.IPAddress.Parse("192.0.2.99"), ClientResolution.Fail, null)
        { IsAuthenticated = true };
        Assert.Equal("ok", await new Rules().RcptAsync(client, "a@far.example"));
    }

    [Theory]
    [InlineData("a@mine.example", "ok")]
    [InlineData("a@MINE.example", "ok")]
    [InlineData("a@relay.example", "ok")]
    [InlineData("a@relay", "ok")]
    [InlineData("a@localhost", "ok")]
    [InlineData("a@localhost.example", "ok")]
    [InlineData("a@[127.0.0.1]", "ok")]
    [InlineData("a@sub.mine.example", null)]
    public async Task Step_5_class_w_is_local_and_exact(string recipient, string? outcome)
    {
        string found = await new Rules { LocalHostNames = "mine.example" }.RcptAsync(Rules.Stranger, recipient);
        Assert.Equal(outcome ?? "550", outcome is null ? found[..3] : found);
    }

    [Theory]
    [InlineData("a@hosted.example", false, true)]
    [InlineData("a@sub.hosted.example", false, true)]
    [InlineData("a@nothosted.example", false, false)]
    [InlineData("a@hosted.example", true, true)]
    [InlineData("a@sub.hosted.example", true, false)]
    public async Task Step_6_class_R_takes_the_domain_and_below_and_exactly_with_relay_hosts_only(
        string recipient, bool exact, bool relayed)
    {
        var rules = new Rules { RelayDomains = "hosted.example", Options = Options with { RelayHostsOnly = exact } };
        Assert.Equal(relayed, await rules.RcptAsync(Rules.Stranger, recipient) == "ok");
    }

    [Theory]
    [InlineData("a@target.example", false, true)]
    [InlineData("a@sub.target.example", false, true)]
    [InlineData("a@untagged.example", false, true)]
    [InlineData("a@no.target.example", false, false)]
    [InlineData("a@ok.example", false, false)]
    [InlineData("a@connect.example", false, false)]
    [InlineData("a@target.example", true, true)]
    [InlineData("a@sub.target.example", true, false)]
    public async Task Step_7_access_To_counts_with_RELAY_only_and_the_most_specific_key_decides(
        string recipient, bool exact, bool relayed)
    {
        var rules = new Rules
        {
            Access = """
                To:target.example RELAY
                no.target.example REJECT
                untagged.example RELAY
                To:ok.example OK
                Connect:connect.example RELAY
                """,
            Options = Options with { RelayHostsOnly = exact },
        };
        Assert.Equal(relayed, await rules.RcptAsync(Rules.Stranger, recipient) == "ok");
    }

    [Theory]
    [InlineData(true, "ok")]
    [InlineData(false, null)]
    public async Task Step_7_relaytofulladdress_takes_one_mailbox(bool on, string? outcome)
    {
        var rules = new Rules
        {
            Access = "To:a@far.example RELAY",
            Options = Options with { RelayToFullAddress = on },
        };
        Assert.Equal(outcome ?? Denied, await rules.RcptAsync(Rules.Stranger, "a@far.example"));
        Assert.NotEqual("ok", await rules.RcptAsync(Rules.Stranger, "b@far.example"));
    }

    [Theory]
    [InlineData("a@served.example", "ok")]
    [InlineData("a@other.example",
        "550 5.7.1 <a@other.example>... Relaying denied. IP name lookup failed [192.0.2.99]")]
    [InlineData("a@slow.example",
        "450 4.4.0 <a@slow.example>... Can not check MX records for recipient host slow.example")]
    public async Task Step_8_relay_based_on_MX_finds_our_name_among_the_exchanges(string recipient, string outcome)
    {
        var rules = new Rules
        {
            Dns = new ZoneResolver("""
                served.example MX 10 first.example
                served.example MX 20 Relay.Example
                other.example MX 10 first.example
                slow.example TEMP
                """),
            Options = Options with { RelayBasedOnMx = true },
        };
        Assert.Equal(outcome, await rules.RcptAsync(Rules.Stranger, recipient));
    }

    [Theory]
    [InlineData("fred")]
    [InlineData("postmaster")]
    public async Task Step_9_a_recipient_without_a_domain_is_local(string recipient) =>
        Assert.Equal("ok", await new Rules().RcptAsync(Rules.Stranger, recipient));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("127.0.0.2", false)]
    [InlineData("::2", false)]
    public async Task Step_10_only_127_0_0_1_and_the_IPv6_loopback_relay_by_themselves(string address, bool relayed) =>
        Assert.Equal(relayed, await RelaysAsync(new Rules(), address));

    [Fact]
    public async Task Step_10_a_client_without_an_address_relays() =>
        Assert.Equal(
            "ok", await new Rules().RcptAsync(new ClientFacts(null, ClientResolution.Ok, null), "a@far.example"));

    [Theory]
    [InlineData("128.32.1.2", true)]
    [InlineData("128.33.1.2", false)]
    [InlineData("128.3.2.1", false)]
    [InlineData("10.1.2.3", true)]
    [InlineData("2001:db8:1::5", true)]
    [InlineData("2001:db8:11::5", false)]
    public async Task Step_10_class_R_takes_addresses_word_by_word(string address, bool relayed)
    {
        var rules = new Rules { RelayDomains = "128.32 10. IPv6:2001:db8:1" };
        Assert.Equal(relayed, await RelaysAsync(rules, address));
    }

    [Theory]
    [InlineData("192.168.2.1", true)]
    [InlineData("192.168.2.66", false)]
    [InlineData("192.168.20.1", false)]
    [InlineData("172.16.0.9", true)]
    [InlineData("203.0.113.1", false)]
    public async Task Step_10_access_Connect_by_address_counts_with_RELAY_only(string address, bool relayed)
    {
        var rules = new Rules
        {
            Access = """
                Connect:192.168.2 RELAY
                Connect:192.168.2.66 OK
                172.16 RELAY
                Connect:203.0.113 OK
                """,
        };
        Assert.Equal(relayed, await RelaysAsync(rules, address));
    }

    [Fact]
    public async Task Step_10_our_own_addresses_relay()
    {
        var rules = new Rules
        {
            Options = Options with { OwnAddresses = [System.Net.IPAddress.Parse("192.0.2.10")] },
        };
        Assert.True(await RelaysAsync(rules, "192.0.2.10"));
        Assert.False(await RelaysAsync(rules, "192.0.2.11"));
    }

    [Fact]
    public async Task Step_11_relay_local_from_and_relay_mail_from_are_off_and_can_be_put_on()
    {
        var rules = new Rules { Access = "From:boss@far.example RELAY\nFrom:dom.example RELAY" };
        Assert.NotEqual("ok", await rules.RcptAsync(Rules.Stranger, "a@far.example", "x@relay.example"));
        Assert.NotEqual("ok", await rules.RcptAsync(Rules.Stranger, "a@far.example", "boss@far.example"));

        Rules local = rules with { Options = Options with { RelayLocalFrom = true } };
        Assert.Equal("ok", await local.RcptAsync(Rules.Stranger, "a@far.example", "x@relay.example"));

        Rules mail = rules with { Options = Options with { RelayMailFrom = true } };
        Assert.Equal("ok", await mail.RcptAsync(Rules.Stranger, "a@far.example", "boss@far.example"));
        Assert.NotEqual("ok", await mail.RcptAsync(Rules.Stranger, "a@far.example", "x@dom.example"));

        Rules domain = rules with { Options = Options with { RelayMailFrom = true, RelayMailFromDomain = true } };
        Assert.Equal("ok", await domain.RcptAsync(Rules.Stranger, "a@far.example", "x@dom.example"));
    }

    [Theory]
    [InlineData(ClientResolution.Temp,
        "450 4.4.0 <a@far.example>... Relaying temporarily denied. Cannot resolve PTR record for 192.0.2.99")]
    [InlineData(ClientResolution.Forged,
        "550 5.7.1 <a@far.example>... Relaying denied. IP name possibly forged [192.0.2.99]")]
    [InlineData(ClientResolution.Fail, Denied)]
    public async Task Step_12_a_client_without_a_confirmed_name_is_told_why(ClientResolution resolution, string reply)
    {
        ClientFacts client = Rules.Client("192.0.2.99", resolution, "inside.example");
        var rules = new Rules { RelayDomains = "inside.example" };
        Assert.Equal(reply, await rules.RcptAsync(client, "a@far.example"));
    }

    [Theory]
    [InlineData("mine.example", false, true)]
    [InlineData("inside.example", false, true)]
    [InlineData("pc.inside.example", false, true)]
    [InlineData("pc.inside.example", true, false)]
    [InlineData("pc.access.example", false, true)]
    [InlineData("pc.access.example", true, false)]
    [InlineData("access.example", true, true)]
    [InlineData("to.example", false, false)]
    [InlineData("elsewhere.example", false, false)]
    public async Task Step_13_a_confirmed_name_relays_by_class_w_class_R_or_access(
        string name, bool exact, bool relayed)
    {
        var rules = new Rules
        {
            LocalHostNames = "mine.example",
            RelayDomains = "inside.example",
            Access = "access.example RELAY\nTo:to.example RELAY",
            Options = Options with { RelayHostsOnly = exact },
        };
        Assert.Equal(relayed, await rules.RcptAsync(Rules.Named(name), "a@far.example") == "ok");
    }

    [Fact]
    public async Task Step_14_everything_else_is_denied_with_a_text_that_can_be_set()
    {
        Assert.Equal(
            "550 5.7.1 <a@far.example>... Relaying denied",
            await new Rules().RcptAsync(Rules.Named("x.example"), "a@far.example"));
        var own = new Rules { Options = Options with { RelayMessage = "550 ask the helpdesk" } };
        Assert.Equal(
            "550 5.7.1 <a@far.example>... ask the helpdesk",
            await own.RcptAsync(Rules.Named("x.example"), "a@far.example"));
    }

    [Fact]
    public async Task Promiscuous_relay_takes_everything_but_what_the_blocklist_names()
    {
        var rules = new Rules
        {
            Access = "To:blocked.example REJECT",
            Options = Options with { PromiscuousRelay = true, BlocklistRecipients = true },
        };
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "a@far.example"));
        Assert.StartsWith(
            "550 5.2.1", await rules.RcptAsync(Rules.Stranger, "a@blocked.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_cannot_answer_is_a_451_unless_another_step_permits()
    {
        var rules = new Rules { AccessFails = true, RelayDomains = "hosted.example" };
        Assert.Equal(
            "451 4.3.0 Temporary system failure. Please try again later.",
            await rules.RcptAsync(Rules.Stranger, "a@far.example"));
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "a@hosted.example"));
        Assert.Equal("ok", await rules.RcptAsync(Rules.Loopback, "a@far.example"));
    }

    [Fact]
    public async Task Domaintable_is_applied_before_the_decision()
    {
        var rules = new Rules { RelayDomains = "new.example", Domaintable = "old.example New.example" };
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "a@old.example"));
    }

    [Fact]
    public async Task Relay_entire_domain_relays_to_and_from_the_domain_of_the_host()
    {
        var rules = new Rules { Options = Options with { HostName = "relay.corp.example", RelayEntireDomain = true } };
        Assert.Equal("ok", await rules.RcptAsync(Rules.Stranger, "a@pc.corp.example"));
        Assert.Equal("ok", await rules.RcptAsync(Rules.Named("pc.corp.example"), "a@far.example"));
        Assert.NotEqual("ok", await rules.RcptAsync(Rules.Stranger, "a@other.example"));
    }

    [Fact]
    public async Task Acceptance_allocates_nothing()
    {
        var rules = new Rules { RelayDomains = "hosted.example 10.1", LocalHostNames = "mine.example" };
        RoutingSnapshot snapshot = rules.Build();
        AccessControl control = rules.Control();
        ClientFacts friend = Rules.Client("10.1.2.3", ClientResolution.Fail, null);
        byte[][] recipients =
            ["a@sub.hosted.example"u8.ToArray(), "A@Mine.Example"u8.ToArray(), "a+b@hosted.example"u8.ToArray()];
        byte[] far = "a@far.example"u8.ToArray();
        Assert.Equal(0, Allocations.Of(i =>
        {
            Assert.True(control.OnRcptAsync(
                snapshot, Rules.Stranger, default, recipients[i % 3], null, default).IsCompletedSuccessfully);
            Assert.True(control.OnRcptAsync(snapshot, friend, default, far, null, default).IsCompletedSuccessfully);
        }));
        foreach (byte[] recipient in recipients)
        {
            Assert.True((await control.OnRcptAsync(
                snapshot, Rules.Stranger, default, recipient, null, default)).IsAccepted);
        }

        Assert.True((await control.OnRcptAsync(snapshot, friend, default, far, null, default)).IsAccepted);
    }

    private static async Task<bool> RelaysAsync(Rules rules, string address) =>
        await rules.RcptAsync(Rules.Client(address, ClientResolution.Fail, null), "a@far.example") == "ok";
}
