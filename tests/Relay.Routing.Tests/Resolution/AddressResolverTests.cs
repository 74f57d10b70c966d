using System.Text;
using Relay.Routing.Options;
using Relay.Routing.Resolution;
using Relay.Routing.Routes;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Resolution;

/// <summary>
/// Recipients become final at RCPT (Sendmail: cf/README, virtusertable, mailertable, stickyhost; aliases(5)).
/// </summary>
public class AddressResolverTests
{
    private static RoutingOptions Options { get; } = new() { HostName = "relay.example" };

    private static RoutingOptions WithMailboxes { get; } =
        Options with { LocalDelivery = Rules.Target("lmtp:unix:/run/lmtp") };

    [Fact]
    public async Task Another_domain_stays_as_it_is() =>
        Assert.Equal("u@far.example", await ExpandAsync(new Rules(), "u@far.example"));

    [Theory]
    [InlineData("u@Far.example.", "u@Far.example")]
    [InlineData("u@far.example..", "u@far.example")]
    [InlineData("u.@far.example.", "u.@far.example")]
    public async Task Dots_behind_a_domain_are_taken_away(string recipient, string final) =>
        Assert.Equal(final, await ExpandAsync(new Rules(), recipient));

    [Theory]
    [InlineData("nobody@relay.example")]
    [InlineData("nobody@mine.example")]
    [InlineData("nobody")]
    public async Task A_local_name_that_is_nobody_is_unknown(string recipient) =>
        Assert.Equal(
            $"550 5.1.1 <{recipient}>... User unknown",
            await ExpandAsync(new Rules { LocalHostNames = "mine.example" }, recipient));

    [Theory]
    [InlineData("fred@relay.example", "fred@relay.example")]
    [InlineData("fred", "fred@relay.example")]
    public async Task With_local_delivery_every_name_is_somebody(string recipient, string final) =>
        Assert.Equal(final, await ExpandAsync(new Rules { Options = WithMailboxes }, recipient));

    [Fact]
    public async Task Domaintable_replaces_the_domain_once()
    {
        var rules = new Rules { Domaintable = "old.example New.example\nnew.example newest.example" };
        Assert.Equal("U@New.example", await ExpandAsync(rules, "U@old.example"));
        Assert.Equal("u@sub.old.example", await ExpandAsync(rules, "u@sub.old.example"));
    }

    [Theory]
    [InlineData("webmaster@shop.example", "webmasters@relay.example")]
    [InlineData("WebMaster@SHOP.example", "webmasters@relay.example")]
    [InlineData("marc@shop.example", "m@far.example")]
    [InlineData("other@shop.example", "catch@far.example")]
    [InlineData("user+tag@shop.example", "user+tag@far.example")]
    [InlineData("paul@other.example", "paul@third.example")]
    public async Task Virtusertable_gives_a_local_name_or_another_address(string recipient, string final)
    {
        var rules = new Rules
        {
            LocalHostNames = "shop.example other.example",
            Virtusertable = """
                webmaster@shop.example webmasters
                marc@shop.example m@far.example
                user+*@shop.example user%3@far.example
                @shop.example catch@far.example
                @other.example %1@third.example
                """,
            Options = WithMailboxes,
        };
        Assert.Equal(final, await ExpandAsync(rules, recipient));
    }

    [Theory]
    [InlineData("a@shop.example", "553 5.3.0 <a@shop.example>... User unknown")]
    [InlineData("b@shop.example", "550 5.0.0 <b@shop.example>... No such user here")]
    [InlineData("c@shop.example", "550 5.7.1 <c@shop.example>... go away")]
    public async Task Virtusertable_refuses(string recipient, string reply)
    {
        var rules = new Rules
        {
            LocalHostNames = "shop.example",
            Virtusertable = """
                a@shop.example error:nouser User unknown
                b@shop.example error:nouser 550 No such user here
                c@shop.example error:5.7.1:550 go away
                """,
        };
        Assert.Equal(reply, await ExpandAsync(rules, recipient));
    }

    [Fact]
    public async Task Virtusertable_serves_our_own_names_and_VIRTUSER_DOMAIN_only()
    {
        var rules = new Rules
        {
            Virtusertable = "@virtual.example v@far.example\n@sub.virtual.example s@far.example",
            VirtHosts = "virtual.example",
        };
        Assert.Equal("v@far.example", await ExpandAsync(rules, "x@virtual.example"));
        Assert.Equal("x@sub.virtual.example", await ExpandAsync(rules, "x@sub.virtual.example"));
        Rules entire = rules with { Options = rules.Options with { VirtUserEntireDomain = true } };
        Assert.Equal("s@far.example", await ExpandAsync(entire, "x@sub.virtual.example"));
        Rules none = rules with { VirtHosts = string.Empty };
        Assert.Equal("x@virtual.example", await ExpandAsync(none, "x@virtual.example"));
    }

    [Fact]
    public async Task Virtusertable_is_asked_again_with_the_result_up_to_fifty_times()
    {
        var rules = new Rules
        {
            LocalHostNames = "a.example b.example c.example",
            Virtusertable = """
                u@a.example u@b.example
                u@b.example u@far.example
                x@a.example y@b.example
                y@b.example x@a.example
                self@a.example self@a.example
                """,
            Options = WithMailboxes,
        };
        Assert.Equal("u@far.example", await ExpandAsync(rules, "u@a.example"));
        Assert.Equal(
            "554 5.4.6 virtual addresses loop (50 rewrites max)", await ExpandAsync(rules, "x@a.example"));
        Assert.Equal("self@a.example", await ExpandAsync(rules, "self@a.example"));
    }

    [Theory]
    [InlineData("directors@relay.example", "peter@relay.example mary@far.example")]
    [InlineData("Directors", "peter@relay.example mary@far.example")]
    [InlineData("all@relay.example", "peter@relay.example mary@far.example paul@relay.example")]
    [InlineData("root+cron@relay.example", "cron@far.example")]
    [InlineData("root+x@relay.example", "rest@far.example")]
    [InlineData("info+x@relay.example", "i@far.example")]
    [InlineData("full@mine.example", "f@far.example")]
    public async Task Aliases_are_expanded_and_each_final_address_comes_once(string recipient, string finals)
    {
        var rules = new Rules
        {
            LocalHostNames = "mine.example",
            Aliases = """
                directors: peter, mary@far.example
                all: directors, paul, peter, mary@FAR.example
                root+cron: cron@far.example
                root+*: rest@far.example
                info: i@far.example
                full@mine.example: f@far.example
                full: wrong@far.example
                """,
            Options = WithMailboxes,
        };
        Assert.Equal(finals, await ExpandAsync(rules, recipient));
    }

    [Fact]
    public async Task An_alias_that_names_itself_delivers_to_that_name()
    {
        var rules = new Rules
        {
            Aliases = "joe: joe, j@far.example\njim: \\jim, x@far.example",
            Options = WithMailboxes,
        };
        Assert.Equal("joe@relay.example j@far.example", await ExpandAsync(rules, "joe"));
        Assert.Equal("jim@relay.example x@far.example", await ExpandAsync(rules, "jim@relay.example"));
    }

    [Fact]
    public async Task A_loop_of_aliases_is_broken()
    {
        const string Broken = "554 5.4.6 aliasing/forwarding loop broken (11 aliases deep; 10 max)";
        string chain = string.Join('\n', Enumerable.Range(0, 12).Select(static i => $"n{i}: n{i + 1}"));
        var rules = new Rules { Aliases = $"a: b\nb: a\n{chain}", Options = WithMailboxes };
        Assert.Equal(Broken, await ExpandAsync(rules, "a"));
        Assert.Equal(Broken, await ExpandAsync(rules, "n0"));
        Assert.Equal("n12@relay.example", await ExpandAsync(rules, "n3"));
    }

    [Theory]
    [InlineData("staff", "a@far.example<owner-staff@relay.example>")]
    [InlineData("team@mine.example", "b@far.example<boss@far.example>")]
    [InlineData("outer", "c@far.example<o@far.example> a@far.example<owner-staff@relay.example>")]
    [InlineData("owner-staff", "x@far.example<owner-owner@relay.example> y@far.example<owner-owner@relay.example>")]
    public async Task An_owner_gives_the_members_their_reverse_path(string recipient, string finals)
    {
        var rules = new Rules
        {
            LocalHostNames = "mine.example",
            Aliases = """
                staff: a@far.example
                owner-staff: x@far.example, y@far.example
                owner-owner: x@far.example, y@far.example
                team: b@far.example
                owner-team: boss@far.example
                outer: c@far.example, staff
                owner-outer: o@far.example
                """,
        };
        Assert.Equal(finals, await ExpandAsync(rules, recipient));
    }

    [Fact]
    public async Task A_member_that_is_nobody_stays_among_others_and_alone_refuses()
    {
        var rules = new Rules { Aliases = "mixed: ghost, a@far.example\nlonely: ghost\nboss: a@far.example" };
        Assert.Equal("a@far.example ghost@relay.example", await ExpandAsync(rules, "mixed"));
        Assert.Equal("550 5.1.1 <lonely>... User unknown", await ExpandAsync(rules, "lonely"));
    }

    [Theory]
    [InlineData("prog", "550 5.7.1 <prog>... Mailing to programs is not supported")]
    [InlineData("file", "550 5.7.1 <file>... Mailing to files is not supported")]
    [InlineData("gone", "550 5.1.6 <gone>... moved away")]
    [InlineData("null", "")]
    public async Task Programs_and_files_are_refused_and_errors_and_dev_null_do_what_they_say(
        string recipient, string outcome)
    {
        var rules = new Rules
        {
            Aliases =
                "prog: \"|/usr/bin/vacation\"\nfile: /var/mail/x\ngone: error:5.1.6:550 moved away\nnull: /dev/null",
        };
        Assert.Equal(outcome, await ExpandAsync(rules, recipient));
    }

    [Fact]
    public async Task What_a_list_cannot_deliver_to_stays_beside_its_other_members_to_fail_at_delivery()
    {
        var rules = new Rules
        {
            Aliases = "list: a@far.example, \"|/bin/sh -c x\", /var/mail/x, :include:/nowhere/l, error:5.1.6:550 gone",
        };
        Assert.Equal(
            "a@far.example \"|/bin/sh -c x\"@relay.example \"/var/mail/x\"@relay.example "
                + "\":include:/nowhere/l\"@relay.example \":error:550 5.1.6 <list>... gone\"@relay.example",
            await ExpandAsync(rules, "list"));
    }

    [Theory]
    [InlineData("\"|/bin/sh\"@relay.example", "550 5.7.1 Mailing to programs is not supported")]
    [InlineData("\"/var/mail/x\"@relay.example", "550 5.7.1 Mailing to files is not supported")]
    [InlineData("\":include:/nowhere/l\"@relay.example", "550 5.2.4 Cannot open /nowhere/l")]
    [InlineData("\":error:550 5.1.6 <list>... gone\"@relay.example", "550 5.1.6 <list>... gone")]
    public void Members_that_no_mail_is_delivered_to_fail_with_the_reason(string member, string text)
    {
        var resolver = new RouteResolver(new RoutingHolder(new Rules().Build()));
        Assert.True(resolver.TryResolve(Encoding.UTF8.GetBytes(member), out RecipientRoute route));
        Assert.Equal((RouteKind.Error, text), (route.Route.Kind, route.Route.Text));
    }

    [Theory]
    [InlineData(":include:/etc/passwd", "550 5.7.1 <:include:/etc/passwd>... Cannot mail directly to :include:s")]
    [InlineData("/etc/passwd@relay.example",
        "550 5.7.1 </etc/passwd@relay.example>... Cannot mail directly to files")]
    [InlineData("|sh@relay.example", "550 5.7.1 <|sh@relay.example>... Cannot mail directly to programs")]
    [InlineData("\"|sh\"@relay.example", "550 5.7.1 <\"|sh\"@relay.example>... Cannot mail directly to programs")]
    public async Task A_client_names_no_lists_files_or_programs(string recipient, string reply) =>
        Assert.Equal(reply, await ExpandAsync(new Rules { Options = WithMailboxes }, recipient));

    [Fact]
    public async Task Included_files_are_read_and_count_as_aliases_of_their_own()
    {
        string path = Path.Combine(Path.GetTempPath(), $"relay-include-{Guid.NewGuid():N}");
        try
        {
            await File.WriteAllTextAsync(
                path, $"# members\na@far.example, b@far.example\nc@far.example\n:include:{path}\n");
            var rules = new Rules { Aliases = $"list: :include:{path}\nquoted: \":include:{path}\"" };
            const string Loop = "aliasing/forwarding loop broken (11 aliases deep; 10 max)";
            const string Members =
                $"a@far.example b@far.example c@far.example \":error:554 5.4.6 {Loop}\"@relay.example";
            Assert.Equal(Members, await ExpandAsync(rules, "list"));
            Assert.Equal(Members, await ExpandAsync(rules, "quoted"));
            File.Delete(path);
            Assert.StartsWith(
                $"550 5.2.4 <list>... Cannot open {path}",
                await ExpandAsync(new Rules { Aliases = $"list: :include:{path}" }, "list"),
                StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("u@error.example", "550 5.1.1 <u@error.example>... gone")]
    [InlineData("u@text.example", "553 5.3.0 <u@text.example>... no mail here")]
    [InlineData("u@temp.example", "451 4.3.0 try again")]
    [InlineData("u@local.example", "u@relay.example")]
    [InlineData("u@joe.example", "joe@relay.example")]
    [InlineData("u@aliased.example", "a@far.example")]
    [InlineData("u@discard.example", "u@discard.example")]
    public async Task Mailertable_refuses_at_RCPT_and_delivers_here(string recipient, string outcome)
    {
        var rules = new Rules
        {
            Mailertable = """
                error.example error:5.1.1:550 gone
                text.example error:no mail here
                temp.example error:tempfail:try again
                local.example local:
                joe.example local:joe
                aliased.example local:list
                discard.example discard:
                """,
            Aliases = "list: a@far.example",
            Options = WithMailboxes,
        };
        Assert.Equal(outcome, await ExpandAsync(rules, recipient));
    }

    [Theory]
    [InlineData("hub", "u@relay.example", "u@relay.example")]
    [InlineData("hub", "u", "u@relay.example")]
    [InlineData("luser", "u", "u@relay.example")]
    [InlineData("error", "u@relay.example", "550 5.7.1 <u@relay.example>... nobody here")]
    public async Task Hub_and_relay_make_local_names_somebody(string what, string recipient, string outcome)
    {
        var rules = new Rules
        {
            Options = what switch
            {
                "hub" => Options with { MailHub = Rules.Target("hub.example") },
                "luser" => Options with { LuserRelay = Rules.Target("hub.example") },
                _ => Options with { LuserRelay = Rules.Target("error:5.7.1:550 nobody here") },
            },
        };
        Assert.Equal(outcome, await ExpandAsync(rules, recipient));
    }

    [Fact]
    public async Task A_class_L_name_does_not_go_to_the_hub()
    {
        var rules = new Rules
        {
            LocalUsers = "Root",
            Options = Options with { MailHub = Rules.Target("hub.example") },
        };
        Assert.Equal("550 5.1.1 <root@relay.example>... User unknown", await ExpandAsync(rules, "root@relay.example"));
        Assert.Equal("u@relay.example", await ExpandAsync(rules, "u@relay.example"));
    }

    [Theory]
    [InlineData("", "postmaster")]
    [InlineData("postmaster: admin@far.example", "admin@far.example")]
    public async Task Postmaster_is_always_somebody(string aliases, string final)
    {
        var rules = new Rules { Aliases = aliases, LocalHostNames = "mine.example" };
        Assert.Equal(final, await ExpandAsync(rules, "postmaster"));
        Assert.Equal(final, await ExpandAsync(rules, "Postmaster@mine.example"));
    }

    [Theory]
    [InlineData("root@relay.example", "root: admin@far.example", "admin@far.example")]
    [InlineData("root@relay.example", "root: a@far.example, b@far.example", "a@far.example b@far.example")]
    [InlineData("root@relay.example", "root: /dev/null", "")]
    [InlineData("root@relay.example", "", "postmaster")]
    [InlineData("root@relay.example", "root: postmaster", "postmaster")]
    [InlineData("root@relay.example", "root: postmaster, a@far.example", "postmaster a@far.example")]
    [InlineData("postmaster@relay.example", "", "postmaster")]
    [InlineData("admin@far.example", "root: nobody", "postmaster")]
    public async Task Postmaster_who_is_named_may_be_an_alias(string named, string aliases, string final)
    {
        var rules = new Rules { Aliases = aliases, Options = Options with { Postmaster = named } };
        Assert.Equal(final, await ExpandAsync(rules, "postmaster"));
    }

    [Fact]
    public async Task A_foreign_recipient_completes_at_once_and_allocates_nothing()
    {
        RoutingSnapshot snapshot = new Rules { LocalHostNames = "mine.example" }.Build();
        byte[][] recipients = ["u@far.example"u8.ToArray(), "u@mx.example"u8.ToArray()];
        Assert.Null((await AddressResolver.ExpandAsync(snapshot, recipients[0], null, default)).Refusal);
        Assert.Equal(0, Allocations.Of(i =>
            Assert.True(AddressResolver.ExpandAsync(snapshot, recipients[i & 1], null, default).IsCompleted)));
    }

    [Theory]
    [InlineData("\"x> NOTIFY=NEVER\"@v.example", "\"x> NOTIFY=NEVER\"@remote.example")]
    [InlineData("\"a b\"@v.example", "\"a b\"@remote.example")]
    [InlineData("\"a\\\"b\"@v.example", "\"a\\\"b\"@remote.example")]
    [InlineData("\"plain\"@v.example", "plain@remote.example")]
    [InlineData("\"someone@foreign.example\"@name.example", "\"someone@foreign.example\"@relay.example")]
    public async Task A_name_that_takes_a_parameters_place_keeps_its_quotes(string recipient, string final)
    {
        var rules = new Rules
        {
            Options = WithMailboxes,
            LocalHostNames = "v.example name.example",
            Virtusertable = "@v.example %1@remote.example\n@name.example %1",
        };
        Assert.Equal(final, await ExpandAsync(rules, recipient));
    }

    [Fact]
    public async Task A_member_of_a_list_that_virtusertable_refuses_fails_at_delivery_with_its_text()
    {
        var rules = new Rules
        {
            LocalHostNames = "mine.example",
            Virtusertable = "gone@mine.example error:nouser 550 He has left",
            Aliases = "list: gone@mine.example, b@far.example",
        };
        string final = await ExpandAsync(rules, "list@relay.example");
        Assert.Equal(
            "b@far.example \":error:550 5.0.0 <gone@mine.example>... He has left\"@relay.example", final);
        RecipientRoute route = RouteOf(rules, final[(final.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        Assert.Equal((RouteKind.Error, "550 5.0.0 <gone@mine.example>... He has left"), (route.Route.Kind, route.Route.Text));
    }

    [Fact]
    public async Task A_loop_inside_a_list_is_told_of_and_takes_nobody_elses_mail()
    {
        var rules = new Rules { Aliases = "list: inner, b@far.example\ninner: other\nother: inner" };
        Assert.Equal(
            "b@far.example \":error:554 5.4.6 aliasing/forwarding loop broken (11 aliases deep; 10 max)\"@relay.example",
            await ExpandAsync(rules, "list@relay.example"));
    }

    [Fact]
    public async Task A_client_may_not_name_an_error() =>
        Assert.StartsWith("550 5.1.1", await ExpandAsync(
            new Rules { Options = WithMailboxes }, "\":error:550 5.7.1 what I like\"@relay.example"));

    [Fact]
    public async Task A_list_with_too_many_members_is_refused_even_within_another_list()
    {
        string members = string.Join(", ", Enumerable.Range(0, 100_005).Select(static i => $"u{i}@far.example"));
        var rules = new Rules { Aliases = $"outer: big, c@far.example\nbig: {members}" };
        Assert.Equal("550 5.3.2 more than 100000 members", (await ExpandAsync(rules, "outer@relay.example"))
            .Replace("<outer@relay.example>... ", string.Empty, StringComparison.Ordinal));
    }

    private static RecipientRoute RouteOf(Rules rules, string recipient)
    {
        var resolver = new RouteResolver(new RoutingHolder(rules.Build()));
        Assert.True(resolver.TryResolve(Encoding.UTF8.GetBytes(recipient), out RecipientRoute route));
        return route;
    }

    private static async Task<string> ExpandAsync(Rules rules, string recipient)
    {
        Expansion expansion = await AddressResolver.ExpandAsync(
            rules.Build(), Encoding.UTF8.GetBytes(recipient), null, CancellationToken.None);
        return expansion.Refusal is { } refusal ? Encoding.UTF8.GetString(refusal)
            : expansion.Recipients is null ? recipient
            : string.Join(' ', expansion.Recipients.Select(static r =>
                Encoding.UTF8.GetString(r.Address)
                + (r.ReversePath is null ? string.Empty : $"<{Encoding.UTF8.GetString(r.ReversePath)}>")));
    }
}
