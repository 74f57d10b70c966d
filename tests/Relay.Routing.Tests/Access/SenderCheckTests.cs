using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;

namespace Relay.Routing.Tests.Access;

/// <summary>check_mail (Sendmail: proto.m4, ruleset check_mail; cf/README, ANTI-SPAM).</summary>
public class SenderCheckTests
{
    private const string Zone = """
        mx.example MX 10 a.example
        a.example A 192.0.2.1
        aaaa.example AAAA 2001:db8::1
        txt.example TXT x
        slow.example TEMP
        1.2.0.192.in-addr.arpa PTR a.example
        """;

    private static RoutingOptions Options { get; } = new() { HostName = "relay.example" };

    [Fact]
    public async Task The_null_reverse_path_passes_always() =>
        Assert.Equal("ok", await new Rules { Access = "From:@ REJECT" }.MailAsync(Rules.Stranger, string.Empty));

    [Theory]
    [InlineData("u@mx.example", "ok")]
    [InlineData("u@a.example", "ok")]
    [InlineData("u@aaaa.example", "ok")]
    [InlineData("u@relay.example", "ok")]
    [InlineData("u@[192.0.2.1]", "ok")]
    [InlineData("u@[192.0.2.2]",
        "553 5.1.8 <u@[192.0.2.2]>... Domain of sender address u@[192.0.2.2] does not exist")]
    [InlineData("u@txt.example", "553 5.1.8 <u@txt.example>... Domain of sender address u@txt.example does not exist")]
    [InlineData("u@none.example",
        "553 5.1.8 <u@none.example>... Domain of sender address u@none.example does not exist")]
    [InlineData("u@slow.example", "451 4.1.8 Domain of sender address u@slow.example does not resolve")]
    public async Task The_domain_must_exist(string sender, string outcome)
    {
        foreach (bool cached in (bool[])[false, true])
        {
            var rules = new Rules { Dns = new ZoneResolver(Zone) { IsCached = cached } };
            Assert.Equal(outcome, await rules.MailAsync(Rules.Stranger, sender));
        }
    }

    [Theory]
    [InlineData("u@mx.example")]
    [InlineData("u@a.example")]
    [InlineData("u@aaaa.example")]
    [InlineData("u@txt.example")]
    [InlineData("u@none.example")]
    public async Task What_is_known_of_a_domain_decides_without_a_question_whatever_its_records_are(string sender)
    {
        var zone = new ZoneResolver(Zone) { IsCached = true };
        await new Rules { Dns = zone }.MailAsync(Rules.Stranger, sender);
        Assert.Empty(zone.Questions);
    }

    [Fact]
    public async Task With_accept_unresolvable_domains_the_DNS_is_not_asked()
    {
        var zone = new ZoneResolver();
        var rules = new Rules { Dns = zone, Options = Options with { AcceptUnresolvableDomains = true } };
        Assert.Equal("ok", await rules.MailAsync(Rules.Stranger, "u@none.example"));
        Assert.Empty(zone.Questions);
    }

    [Theory]
    [InlineData("u@ok.example")]
    [InlineData("u@sub.ok.example")]
    [InlineData("friend@none.example")]
    [InlineData("u@relay-to.example")]
    public async Task OK_and_RELAY_override_what_the_DNS_says(string sender)
    {
        var rules = new Rules
        {
            Access = "From:ok.example OK\nFrom:friend@none.example OK\nrelay-to.example RELAY",
        };
        Assert.Equal("ok", await rules.MailAsync(Rules.Stranger, sender));
    }

    [Theory]
    [InlineData("spammer@aol.example", "550 5.7.1 <spammer@aol.example>... Access denied")]
    [InlineData("spammer+x@aol.example", "550 5.7.1 <spammer+x@aol.example>... Access denied")]
    [InlineData("other@aol.example", "ok")]
    [InlineData("u@cyberspammer.example",
        "550 5.0.0 <u@cyberspammer.example>... We don't accept mail from spammers")]
    [InlineData("u@sub.cyberspammer.example",
        "550 5.0.0 <u@sub.cyberspammer.example>... We don't accept mail from spammers")]
    [InlineData("u@okay.cyberspammer.example", "ok")]
    [InlineData("fred@anywhere.example", "550 5.7.1 <fred@anywhere.example>... go away")]
    [InlineData("u@drop.example", "Discard")]
    [InlineData("u@odd.example", "Hold: a reason")]
    [InlineData("u@words.example", "553 5.3.0 <u@words.example>... not from here")]
    [InlineData("u@later.example", "450 4.7.1 <u@later.example>... come back")]
    [InlineData("u@quiet.example", "452 4.5.3 slow down")]
    public async Task Access_From_decides_by_address_user_and_domain(string sender, string outcome)
    {
        var rules = new Rules
        {
            Access = """
                spammer@aol.example REJECT
                aol.example OK
                cyberspammer.example 550 We don't accept mail from spammers
                okay.cyberspammer.example OK
                From:fred@ ERROR:5.7.1:550 go away
                From:drop.example DISCARD
                From:odd.example QUARANTINE:a reason
                From:words.example ERROR:not from here
                From:later.example ERROR:4.7.1:450 come back
                From:quiet.example ERROR:"452 4.5.3 slow down"
                """,
        };
        Assert.Equal(outcome, await rules.MailAsync(Rules.Stranger, sender));
    }

    [Fact]
    public async Task The_rejection_text_can_be_set()
    {
        var rules = new Rules
        {
            Access = "From:bad.example REJECT",
            Options = Options with { RejectMessage = "550 Not you" },
        };
        Assert.Equal("550 5.7.1 <u@bad.example>... Not you", await rules.MailAsync(Rules.Stranger, "u@bad.example"));
    }

    [Fact]
    public async Task A_sender_without_a_domain_is_refused_to_the_network_and_taken_from_this_machine()
    {
        Assert.Equal(
            "553 5.5.4 <joe>... Domain name required for sender address joe",
            await new Rules().MailAsync(Rules.Stranger, "joe"));
        Assert.Equal("ok", await new Rules().MailAsync(new ClientFacts(null, ClientResolution.Ok, null), "joe"));
        var open = new Rules { Options = Options with { AcceptUnqualifiedSenders = true } };
        Assert.Equal("ok", await open.MailAsync(Rules.Stranger, "joe"));
    }

    [Fact]
    public async Task With_accept_unqualified_senders_a_sender_at_localhost_is_taken_from_anyone()
    {
        var open = new Rules
        {
            Options = Options with { AcceptUnqualifiedSenders = true, AcceptUnresolvableDomains = true },
        };
        Assert.Equal("ok", await open.MailAsync(Rules.Stranger, "joe@localhost"));
    }

    [Fact]
    public async Task A_sender_without_a_domain_is_looked_up_as_user_at_only()
    {
        var rules = new Rules { Access = "From:joe@ OK\nFrom:jim@ REJECT" };
        Assert.Equal("ok", await rules.MailAsync(Rules.Stranger, "joe"));
        Assert.Equal("550 5.7.1 <jim>... Access denied", await rules.MailAsync(Rules.Stranger, "jim"));
    }

    [Theory]
    [InlineData("joe@localhost")]
    [InlineData("joe@LocalHost")]
    [InlineData("joe@[127.0.0.1]")]
    [InlineData("joe@[IPv6:::1]")]
    [InlineData("joe@localhost.example")]
    public async Task A_sender_at_localhost_must_come_from_us(string sender)
    {
        var rules = new Rules { LocalHostNames = "other.example", Dns = new ZoneResolver("localhost A 127.0.0.1") };
        Assert.Equal(
            $"553 5.5.4 <{sender}>... Real domain name required for sender address",
            await rules.MailAsync(Rules.Stranger, sender));
        Assert.False((await rules.MailAsync(Rules.Loopback, sender)).Contains("Real domain", StringComparison.Ordinal));
        Assert.False((await rules.MailAsync(Rules.Named("other.example"), sender))
            .Contains("Real domain", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Daemon_modifier_u_exempts_and_f_demands_a_dot()
    {
        var rules = new Rules { Options = Options with { AcceptUnresolvableDomains = true } };
        var lax = new ClientFacts(
            System.Net.IPAddress.Parse("192.0.2.99"), ClientResolution.Fail, null)
        { AllowsUnqualified = true };
        Assert.Equal("ok", await rules.MailAsync(lax, "joe"));
        Assert.Equal("ok", await rules.MailAsync(lax, "joe@localhost"));
        var strict = new ClientFacts(
            System.Net.IPAddress.Parse("192.0.2.99"), ClientResolution.Fail, null)
        { RequiresFullDomain = true };
        Assert.Equal(
            "553 5.5.4 <joe@host>... Real domain name required for sender address",
            await rules.MailAsync(strict, "joe@host"));
        Assert.Equal("ok", await rules.MailAsync(Rules.Stranger, "joe@host"));
    }

    [Fact]
    public async Task Domaintable_is_applied_before_the_test()
    {
        var rules = new Rules { Domaintable = "old.example a.example", Dns = new ZoneResolver(Zone) };
        Assert.Equal("ok", await rules.MailAsync(Rules.Stranger, "u@old.example"));
    }

    [Fact]
    public async Task A_table_that_cannot_answer_is_a_451() =>
        Assert.Equal(
            "451 4.3.0 Temporary system failure. Please try again later.",
            await new Rules { AccessFails = true }.MailAsync(Rules.Stranger, "u@a.example"));
}
