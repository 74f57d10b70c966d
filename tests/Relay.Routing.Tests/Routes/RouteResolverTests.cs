using System.Text;
using Relay.Routing.Options;
using Relay.Routing.Routes;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Routes;

/// <summary>Where final addresses go (Sendmail: cf/README, mailertable, SMART_HOST, MAIL_HUB, LOCAL_RELAY).</summary>
public class RouteResolverTests
{
    private const string Mailertable = """
        exact.example smtp:[192.0.2.1]
        .exact.example smtp:[sub.relay.test]:2525
        a.b.c.example esmtp:[192.0.2.3]
        .c.example relay:[IPv6:2001:db8::25]
        same.example relay:[192.0.2.1]:25
        plain.example mx.far.test
        list.example smtp:one.test:[two.test]:2626
        equal.example smtp:[one.test],[two.test]
        user.example smtp:boss@hub.test
        .my.example smtp:%1.inside.test
        own.example smtp:relay.example
        lmtp.example lmtp:unix:/run/lmtp.sock
        no.example error:5.1.2:550 gone
        drop.example discard:
        """;

    private static RoutingOptions Options { get; } = new() { HostName = "relay.example" };

    [Theory]
    [InlineData("u@exact.example", "smtp:[192.0.2.1]:25")]
    [InlineData("u@EXACT.example", "smtp:[192.0.2.1]:25")]
    [InlineData("u@same.example", "smtp:[192.0.2.1]:25")]
    [InlineData("u@x.exact.example", "smtp:[sub.relay.test]:2525")]
    [InlineData("u@y.x.exact.example", "smtp:[sub.relay.test]:2525")]
    [InlineData("u@a.b.c.example", "smtp:[192.0.2.3]:25")]
    [InlineData("u@b.c.example", "smtp:[IPv6:2001:db8::25]:25")]
    [InlineData("u@c.example", "mx:c.example")]
    [InlineData("u@plain.example", "smtp:mx.far.test:25")]
    [InlineData("u@list.example", "smtp:one.test:25:[two.test]:2626")]
    [InlineData("u@equal.example", "smtp:[one.test]:25,[two.test]:25")]
    [InlineData("u@pc.my.example", "smtp:pc.inside.test:25")]
    [InlineData("u@lmtp.example", "lmtp:unix:/run/lmtp.sock")]
    [InlineData("u@own.example", "mx:own.example")]
    [InlineData("u@other.example", "mx:other.example")]
    [InlineData("u@b\u00fccher.example", "mx:xn--bcher-kva.example")]
    [InlineData("u@[192.0.2.7]", "to:[192.0.2.7]:25")]
    [InlineData("u@[IPv6:2001:DB8::7]", "to:[IPv6:2001:db8::7]:25")]
    public void Mailertable_then_MX_decide_and_literals_go_where_they_say(string recipient, string route) =>
        Assert.Equal(route, Resolve(new Rules { Mailertable = Mailertable }, recipient).Route.Name);

    [Fact]
    public void An_address_literal_shares_no_destination_with_a_table_that_names_the_same_address()
    {
        var rules = new Rules { Mailertable = "named.example smtp:[192.0.2.7]\n" };
        Route named = Resolve(rules, "u@named.example").Route;
        Route literal = Resolve(rules, "u@[192.0.2.7]").Route;
        Assert.Equal(named.Hosts, literal.Hosts);
        Assert.NotEqual(named.Name, literal.Name);
        Assert.Equal((false, true), (named.IsLiteral, literal.IsLiteral));
    }

    [Fact]
    public void A_domain_without_another_route_goes_by_MX()
    {
        Route route = Resolve(new Rules(), "u@Far.Example").Route;
        Assert.True(route.IsMxRoute);
        Assert.Equal(RouteKind.Smtp, route.Kind);
        Assert.Equal([new NextHop("far.example", 25, UseMx: true, 0)], route.Hosts);
    }

    [Fact]
    public void The_port_of_MX_hosts_can_be_set()
    {
        Route route = Resolve(new Rules { Options = Options with { Port = 2525 } }, "u@far.example").Route;
        Assert.Equal([new NextHop("far.example", 2525, UseMx: true, 0)], route.Hosts);
    }

    [Fact]
    public void Hosts_in_brackets_are_not_looked_up_for_MX_and_lists_keep_their_order()
    {
        var rules = new Rules { Mailertable = Mailertable };
        Assert.Equal(
            [new NextHop("one.test", 25, UseMx: true, 0), new NextHop("two.test", 2626, UseMx: false, 1)],
            Resolve(rules, "u@list.example").Route.Hosts);
        Assert.Equal(
            [new NextHop("one.test", 25, UseMx: false, 0), new NextHop("two.test", 25, UseMx: false, 0)],
            Resolve(rules, "u@equal.example").Route.Hosts);
        Assert.False(Resolve(rules, "u@plain.example").Route.IsMxRoute);
    }

    [Fact]
    public void A_user_before_the_host_replaces_the_recipient() =>
        Assert.Equal(
            "boss@hub.test",
            Encoding.ASCII.GetString(Resolve(new Rules { Mailertable = Mailertable }, "u@user.example").Address!));

    [Fact]
    public void Errors_and_discard_are_routes_of_their_own()
    {
        var rules = new Rules { Mailertable = Mailertable };
        Assert.Equal("550 5.1.2 gone", Resolve(rules, "u@no.example").Route.Text);
        Assert.Equal(RouteKind.Error, Resolve(rules, "u@no.example").Route.Kind);
        Assert.Equal(RouteKind.Discard, Resolve(rules, "u@drop.example").Route.Kind);
    }

    [Theory]
    [InlineData("u@exact.example", "smtp:[192.0.2.1]:25")]
    [InlineData("u@own.example", "smtp:smart.test:25")]
    [InlineData("u@other.example", "smtp:smart.test:25")]
    [InlineData("u@[192.0.2.7]", "smtp:smart.test:25")]
    public void The_smart_host_takes_what_mailertable_does_not_name_and_literals(string recipient, string route)
    {
        var rules = new Rules
        {
            Mailertable = Mailertable,
            Options = Options with { SmartHost = Rules.Target("smart.test") },
        };
        Assert.Equal(route, Resolve(rules, recipient).Route.Name);
    }

    [Fact]
    public void A_smart_host_that_is_this_host_is_ignored_on_its_usual_port_only()
    {
        var loop = new Rules { Options = Options with { SmartHost = Rules.Target("relay.example") } };
        Assert.Equal("mx:far.example", Resolve(loop, "u@far.example").Route.Name);
        var other = new Rules { Options = Options with { SmartHost = Rules.Target("smtp:[relay.example]:2526") } };
        Assert.Equal("smtp:[relay.example]:2526", Resolve(other, "u@far.example").Route.Name);
    }

    [Fact]
    public void The_fallback_smart_host_comes_behind_the_domains_own_hosts()
    {
        var rules = new Rules { Options = Options with { FallbackSmartHost = Rules.Target("smtp:[fall.test]") } };
        Route route = Resolve(rules, "u@far.example").Route;
        Assert.True(route.IsMxRoute);
        Assert.Equal(
            [new NextHop("far.example", 25, UseMx: true, 0), new NextHop("fall.test", 25, UseMx: false, 1)],
            route.Hosts);
    }

    [Fact]
    public void Our_own_names_are_not_looked_for_in_mailertable()
    {
        var rules = new Rules { LocalHostNames = "exact.example", Mailertable = Mailertable };
        Assert.Equal("550 5.1.1 User unknown", Resolve(rules, "u@exact.example").Route.Text);
        Assert.Equal("550 5.1.1 User unknown", Resolve(rules, "u@[127.0.0.1]").Route.Text);
    }

    [Theory]
    [InlineData(false, "u@relay.example", "smtp:hub.test:25", null)]
    [InlineData(false, "u", "smtp:hub.test:25", "u@relay.example")]
    [InlineData(true, "u@relay.example", "smtp:hub.test:25", null)]
    [InlineData(true, "u", "smtp:names.test:25", "u@relay.example")]
    public void With_stickyhost_the_hub_takes_names_with_and_the_relay_names_without_a_domain(
        bool sticky, string recipient, string route, string? address)
    {
        var rules = new Rules
        {
            Options = Options with
            {
                StickyHost = sticky,
                MailHub = Rules.Target("hub.test"),
                LocalRelay = Rules.Target("names.test"),
            },
        };
        RecipientRoute found = Resolve(rules, recipient);
        Assert.Equal(route, found.Route.Name);
        Assert.Equal(address, found.Address is null ? null : Encoding.ASCII.GetString(found.Address));
    }

    [Theory]
    [InlineData(false, false, null)]
    [InlineData(true, false, "martin.zahn@paragon.arkum.ch")]
    [InlineData(true, true, null)]
    public void The_hub_keeps_the_domain_unless_told_to_rewrite_it(bool rewrite, bool sticky, string? address)
    {
        var rules = new Rules
        {
            LocalHostNames = "arkum.ch",
            Options = Options with
            {
                MailHub = Rules.Target("paragon.arkum.ch"),
                HubRewritesDomain = rewrite,
                StickyHost = sticky,
            },
        };
        RecipientRoute found = Resolve(rules, "martin.zahn@arkum.ch");
        Assert.Equal("smtp:paragon.arkum.ch:25", found.Route.Name);
        Assert.Equal(address, found.Address is null ? null : Encoding.ASCII.GetString(found.Address));
    }

    [Fact]
    public void Nobodys_names_go_to_LUSER_RELAY_before_the_hub_and_class_L_stays()
    {
        var rules = new Rules
        {
            LocalUsers = "root",
            Options = Options with { LuserRelay = Rules.Target("luser.test"), MailHub = Rules.Target("hub.test") },
        };
        Assert.Equal("smtp:luser.test:25", Resolve(rules, "u@relay.example").Route.Name);
        Assert.Equal("550 5.1.1 User unknown", Resolve(rules, "root@relay.example").Route.Text);

        // With mailboxes here nobody is nobody.
        Rules boxes = rules with
        {
            Options = rules.Options with { LocalDelivery = Rules.Target("lmtp:[127.0.0.1]:24") },
        };
        Assert.Equal("smtp:hub.test:25", Resolve(boxes, "u@relay.example").Route.Name);
        Assert.Equal("lmtp:[127.0.0.1]:24", Resolve(boxes, "root@relay.example").Route.Name);
    }

    [Theory]
    [InlineData("postmaster")]
    [InlineData("Postmaster")]
    [InlineData("postmaster@relay.example")]
    public void Postmaster_goes_to_its_address_or_is_held(string recipient)
    {
        var rules = new Rules { Mailertable = Mailertable };
        RecipientRoute held = Resolve(rules, recipient);
        Assert.Equal(RouteKind.Hold, held.Route.Kind);
        Assert.Contains("postmaster", held.Route.Text, StringComparison.Ordinal);
        RecipientRoute sent = Resolve(
            rules with { Options = Options with { Postmaster = "admin@exact.example" } }, recipient);
        Assert.Equal("smtp:[192.0.2.1]:25", sent.Route.Name);
        Assert.Equal("admin@exact.example", Encoding.ASCII.GetString(sent.Address!));
    }

    [Fact]
    public void A_swap_changes_the_rules_whole()
    {
        var holder = new RoutingHolder(new Rules { Mailertable = "a.example smtp:[192.0.2.1]" }.Build());
        var resolver = new RouteResolver(holder);
        holder.Swap(new Rules { Mailertable = "a.example smtp:[192.0.2.2]" }.Build());
        Assert.True(resolver.TryResolve("u@a.example"u8, out RecipientRoute route));
        Assert.Equal("smtp:[192.0.2.2]:25", route.Route.Name);
    }

    [Fact]
    public void Known_domains_are_found_without_allocating()
    {
        var rules = new Rules
        {
            LocalHostNames = "mine.example",
            Options = Options with { Postmaster = "a@far.example", MailHub = Rules.Target("hub.test") },
        };
        var resolver = new RouteResolver(new RoutingHolder(rules.Build()));
        Assert.Equal(0, Allocations.Of(_ =>
        {
            resolver.TryResolve("u@far.example"u8, out RecipientRoute _);
            resolver.TryResolve("u@Mine.example"u8, out RecipientRoute _);
            resolver.TryResolve("u@[192.0.2.9]"u8, out RecipientRoute _);
            resolver.TryResolve("postmaster"u8, out RecipientRoute _);
        }));
    }

    private static RecipientRoute Resolve(Rules rules, string recipient)
    {
        var resolver = new RouteResolver(new RoutingHolder(rules.Build()));
        Assert.True(resolver.TryResolve(Encoding.UTF8.GetBytes(recipient), out RecipientRoute route));
        return route;
    }
}
