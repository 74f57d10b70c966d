using Relay.Routing.Access;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Access;

/// <summary>check_relay (Sendmail: proto.m4, ruleset check_relay; cf/README, ANTI-SPAM, dnsbl, require_rdns).</summary>
public class ClientCheckTests
{
    private const string Listed = "99.2.0.192.bl.example A 127.0.0.2";

    private static RoutingOptions Options { get; } = new() { HostName = "relay.example" };

    private static RoutingOptions WithList { get; } =
        Options with { DnsBlocklists = [new DnsBlocklist { Zone = "bl.example" }] };

    [Theory]
    [InlineData("bad.example", "550 5.7.1 Access denied")]
    [InlineData("pc.bad.example", "550 5.7.1 Access denied")]
    [InlineData("good.bad.example", "ok")]
    [InlineData("text.example", "550 5.0.0 no")]
    [InlineData("status.example", "421 4.3.2 later")]
    [InlineData("drop.example", "Discard")]
    [InlineData("odd.example", "Hold: why")]
    [InlineData("skip.bad.example", "550 5.7.1 Access denied")]
    [InlineData("other.example", "550 5.7.1 Access denied")]
    public async Task Access_is_asked_by_name_and_only_then_by_address(string name, string outcome)
    {
        var rules = new Rules
        {
            Access = """
                Connect:bad.example REJECT
                Connect:good.bad.example OK
                text.example 550 no
                Connect:status.example ERROR:4.3.2:421 later
                Connect:drop.example DISCARD
                Connect:odd.example QUARANTINE:why
                Connect:skip.bad.example SKIP
                Connect:192.0.2 REJECT
                """,
        };
        Assert.Equal(outcome, await rules.ConnectAsync(Rules.Named(name)));
    }

    [Fact]
    public async Task An_unconfirmed_client_is_asked_by_its_address_in_brackets()
    {
        var rules = new Rules { Access = "Connect:[192.0.2.99] REJECT\nbad.example REJECT" };
        Assert.Equal("550 5.7.1 Access denied", await rules.ConnectAsync(Rules.Stranger));
        ClientFacts forged = Rules.Client("192.0.2.98", ClientResolution.Forged, "bad.example");
        Assert.Equal("ok", await rules.ConnectAsync(forged));
    }

    [Theory]
    [InlineData("OK")]
    [InlineData("RELAY")]
    public async Task OK_and_RELAY_spare_the_lists_and_the_name(string value)
    {
        var zone = new ZoneResolver(Listed);
        var rules = new Rules
        {
            Access = $"Connect:192.0.2 {value}",
            Dns = zone,
            Options = WithList with { RequireRdns = true },
        };
        Assert.Equal("ok", await rules.ConnectAsync(Rules.Stranger));
        Assert.Empty(zone.Questions);
    }

    [Fact]
    public async Task Class_R_does_not_spare_the_lists()
    {
        var rules = new Rules { RelayDomains = "192.0.2", Dns = new ZoneResolver(Listed), Options = WithList };
        Assert.StartsWith("550 5.7.1", await rules.ConnectAsync(Rules.Stranger), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_client_is_refused_with_the_lists_name()
    {
        var rules = new Rules { Dns = new ZoneResolver(Listed), Options = WithList };
        Assert.Equal(
            "550 5.7.1 Rejected: 192.0.2.99 listed at bl.example", await rules.ConnectAsync(Rules.Stranger));
        Assert.Equal("ok", await rules.ConnectAsync(Rules.Client("192.0.2.98", ClientResolution.Fail, null)));
    }

    [Theory]
    [InlineData("\"550 Mail from \" $&{client_addr} \" refused\"", "550 5.7.1 Mail from 192.0.2.99 refused")]
    [InlineData("\"450 Mail from \" $`'&{client_addr} \" refused - see x\"",
        "450 4.7.1 Mail from 192.0.2.99 refused - see x")]
    [InlineData("550 5.7.0 host $&{client_name} is bad", "550 5.7.0 host [192.0.2.99] is bad")]
    [InlineData("discard", "Discard")]
    [InlineData("quarantine", "Hold: 192.0.2.99 listed at bl.example")]
    public async Task A_list_has_its_own_text(string text, string outcome)
    {
        var rules = new Rules
        {
            Dns = new ZoneResolver(Listed),
            Options = Options with { DnsBlocklists = [new DnsBlocklist { Zone = "bl.example", Text = text }] },
        };
        Assert.Equal(outcome, await rules.ConnectAsync(Rules.Stranger));
    }

    [Theory]
    [InlineData("", "ok")]
    [InlineData("t", "451 4.4.3 Temporary lookup failure of 192.0.2.99 at bl.example")]
    [InlineData("450 ask again, $&{client_addr}", "450 4.4.3 ask again, 192.0.2.99")]
    public async Task A_temporary_failure_of_a_list_passes_or_defers(string temporary, string outcome)
    {
        var rules = new Rules
        {
            Dns = new ZoneResolver("99.2.0.192.bl.example TEMP"),
            Options = Options with
            {
                DnsBlocklists = [new DnsBlocklist { Zone = "bl.example", TemporaryText = temporary }],
            },
        };
        Assert.Equal(outcome, await rules.ConnectAsync(Rules.Stranger));
    }

    [Theory]
    [InlineData("127.0.0.2", "", false)]
    [InlineData("127.0.0.2", "127.0.0.3", true)]
    [InlineData("127.0.0.3", "127.0.0.3", false)]
    [InlineData("203.0.113.1", "", true)]
    [InlineData("127.255.255.254", "", true)]
    public async Task Only_expected_answers_list(string answer, string expected, bool accepted)
    {
        var rules = new Rules
        {
            Dns = new ZoneResolver($"99.2.0.192.bl.example A {answer}"),
            Options = Options with
            {
                DnsBlocklists =
                    [new DnsBlocklist { Zone = "bl.example", Answers = expected.Length == 0 ? [] : [expected] }],
            },
        };
        Assert.Equal(accepted, await rules.ConnectAsync(Rules.Stranger) == "ok");
    }

    [Fact]
    public async Task Lists_are_asked_in_order_until_one_decides()
    {
        var zone = new ZoneResolver("99.2.0.192.second.example A 127.0.0.2\n99.2.0.192.third.example A 127.0.0.2");
        var rules = new Rules
        {
            Dns = zone,
            Options = Options with
            {
                DnsBlocklists =
                [
                    new DnsBlocklist { Zone = "first.example" },
                    new DnsBlocklist { Zone = "second.example" },
                    new DnsBlocklist { Zone = "third.example" },
                ],
            },
        };
        Assert.Equal(
            "550 5.7.1 Rejected: 192.0.2.99 listed at second.example", await rules.ConnectAsync(Rules.Stranger));
        Assert.Equal(["99.2.0.192.first.example A", "99.2.0.192.second.example A"], zone.Questions);
    }

    [Fact]
    public async Task IPv6_clients_are_looked_up_by_option_only()
    {
        ClientFacts client = Rules.Client("2001:db8::1", ClientResolution.Fail, null);
        const string Name = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example";
        var rules = new Rules { Dns = new ZoneResolver($"{Name} A 127.0.0.2"), Options = WithList };
        Assert.Equal("ok", await rules.ConnectAsync(client));
        Rules both = rules with { Options = WithList with { DnsBlocklistsForIPv6 = true } };
        Assert.Equal("550 5.7.1 Rejected: IPv6:2001:db8::1 listed at bl.example", await both.ConnectAsync(client));
    }

    [Theory]
    [InlineData(ClientResolution.Ok, "ok")]
    [InlineData(ClientResolution.Fail, "550 5.7.1 Fix reverse DNS for 192.0.2.99")]
    [InlineData(ClientResolution.Temp, "451 4.1.8 Client IP address 192.0.2.99 does not resolve")]
    [InlineData(ClientResolution.Forged, "451 4.1.8 Possibly forged hostname for 192.0.2.99")]
    public async Task Require_rdns_demands_a_confirmed_name_but_not_of_class_R(
        ClientResolution resolution, string outcome)
    {
        ClientFacts client = Rules.Client("192.0.2.99", resolution, "x.example");
        var rules = new Rules { Options = Options with { RequireRdns = true } };
        Assert.Equal(outcome, await rules.ConnectAsync(client));
        Assert.Equal("ok", await (rules with { RelayDomains = "192.0.2" }).ConnectAsync(client));
        Assert.Equal("ok", await new Rules().ConnectAsync(client));
    }

    [Fact]
    public void Limits_come_from_access_with_a_default_entry()
    {
        RoutingSnapshot snapshot = new Rules
        {
            Access = """
                GreetPause:pc.example 0
                GreetPause:192.0.2 3000
                ClientRate:192.0.2.99 10
                ClientRate: 5
                ClientConn: 7
                """,
        }.Build();
        Assert.Equal(new ClientLimits(3000, 10, 7), AccessControl.LimitsOf(snapshot, Rules.Stranger, null));
        Assert.Equal(0, AccessControl.LimitsOf(snapshot, Rules.Named("pc.example"), null).GreetPauseMilliseconds);
        Assert.Equal(
            new ClientLimits(null, 5, 7),
            AccessControl.LimitsOf(snapshot, Rules.Client("198.51.100.1", ClientResolution.Fail, null), null));
    }
}
