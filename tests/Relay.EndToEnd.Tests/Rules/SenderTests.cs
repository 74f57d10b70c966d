using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// check_mail as clients see it: the sender's domain must exist, and there must be one (Sendmail: cf/README,
/// accept_unresolvable_domains, accept_unqualified_senders).
/// </summary>
public sealed class SenderTests(SenderWorld world) : IClassFixture<SenderWorld>
{
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";

    [Theory]
    [InlineData("x@mx.example")]
    [InlineData("x@a.example")]
    [InlineData("x@aaaa.example")]
    public async Task A_domain_exists_if_it_has_an_MX_an_A_or_an_AAAA_record(string sender) =>
        Assert.Equal(Passed, await FromAsync(sender));

    [Fact]
    public async Task The_domain_of_a_sender_must_exist() =>
        Assert.Equal(
            "553 5.1.8 <x@missing.example>... Domain of sender address x@missing.example does not exist",
            await FromAsync("x@missing.example"));

    [Fact]
    public async Task A_domain_that_cannot_be_looked_up_now_is_a_451() =>
        Assert.Equal(
            "451 4.1.8 Domain of sender address x@slow.example does not resolve", await FromAsync("x@slow.example"));

    [Theory]
    [InlineData("")]
    [InlineData("x@relay.example")]
    public async Task The_null_reverse_path_and_our_own_name_are_not_looked_up(string sender)
    {
        Assert.Equal(Passed, await FromAsync(sender));
        Assert.DoesNotContain("relay.example MX", world.World.Names.Questions);
    }

    [Theory]
    [InlineData("x@fine.missing.example")]
    [InlineData("x@slow2.example")]
    public async Task Access_From_with_OK_or_RELAY_overrides_both(string sender) =>
        Assert.Equal(Passed, await FromAsync(sender));

    [Fact]
    public async Task Access_From_with_REJECT_refuses_a_domain_that_exists_or_not() =>
        Assert.Equal("550 5.7.1 <x@bad.a.example>... Access denied", await FromAsync("x@bad.a.example"));

    [Theory]
    [InlineData("x@[198.51.100.1]", true)]
    [InlineData("x@[198.51.100.99]", false)]
    public async Task A_literal_must_lead_back_to_a_name(string sender, bool passes) =>
        Assert.StartsWith(passes ? "250 2.1.5" : "553 5.1.8", await FromAsync(sender), StringComparison.Ordinal);

    [Fact]
    public async Task The_domain_that_domaintable_gives_is_the_one_looked_up() =>
        Assert.Equal(Passed, await FromAsync("x@old.example"));

    [Fact]
    public async Task A_sender_without_a_domain_is_refused() =>
        Assert.Equal("553 5.5.4 <joe>... Domain name required for sender address joe", await FromAsync("joe"));

    [Theory]
    [InlineData("joe@localhost")]
    [InlineData("joe@[127.0.0.1]")]
    [InlineData("joe@localhost.example")]
    public async Task A_sender_at_localhost_must_come_from_one_of_our_names(string sender)
    {
        Assert.Equal(
            $"553 5.5.4 <{sender}>... Real domain name required for sender address", await FromAsync(sender));
        Assert.DoesNotContain(
            "5.5.4", await world.AskAsync("198.51.100.2", "a@open.example", sender), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_without_a_domain_is_accepted_as_local() =>
        Assert.Equal("250 2.1.5 <fred>... Recipient ok", await world.AskAsync(RuleWorld.Stranger, "fred"));

    [Fact]
    public async Task With_accept_unresolvable_domains_neither_is_tested()
    {
        await using SeedWorld lax = await ServeAsync("access.acceptUnresolvableDomains=true");
        foreach (string sender in (string[])["x@missing.example", "x@slow.example", "x@[198.51.100.99]"])
        {
            Assert.Equal(Passed, await lax.OfferAsync(RuleWorld.Nobody, sender, "a@open.example"));
        }

        Assert.DoesNotContain("missing.example MX", lax.Names.Questions);
    }

    [Fact]
    public async Task With_accept_unqualified_senders_they_pass_and_get_our_name()
    {
        await using SeedWorld lax = await ServeAsync("access.acceptUnqualifiedSenders=true");
        Relay.Testing.ScriptedMailExchanger open = lax.Host("127.0.0.17");
        lax.Names.Add("open.example A 127.0.0.17");
        await using (SeedClient client = await lax.ConnectAsync(RuleWorld.Nobody))
        {
            Assert.Equal(Passed, await client.OfferAsync("joe", "a@open.example"));
            await client.SendContentAsync();
        }

        Assert.Equal("joe@relay.example", SeedWorld.AddressOf((await lax.MailAtAsync(open)).Mail));
        Assert.DoesNotContain(
            "5.5.4", await lax.OfferAsync(RuleWorld.Nobody, "joe@localhost", "a@open.example"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u", "joe", Passed)]
    [InlineData("f", "x@label", "553 5.5.4 <x@label>... Real domain name required for sender address")]
    [InlineData("f", "x@a.example", Passed)]
    public async Task Daemon_modifier_u_exempts_a_listener_and_f_demands_a_dot_there(
        string modifier, string sender, string reply)
    {
        await using var imported = new SeedWorld();
        imported.Names.Add("label A 192.0.2.1", "a.example A 192.0.2.1");
        imported.Table("relay-domains", "open.example\n");
        await imported.ServeImportedAsync(
            "sendmail.mc",
            $"FEATURE(`no_default_msa')dnl\nDAEMON_OPTIONS(`Port=smtp, Name=MTA, M={modifier}')dnl\nMAILER(smtp)dnl\n",
            RuleWorld.HostName);
        Assert.Equal(reply, await imported.OfferAsync(RuleWorld.Nobody, sender, "a@open.example"));
    }

    private Task<string> FromAsync(string sender) => world.AskAsync(RuleWorld.Stranger, "a@open.example", sender);

    private static async Task<SeedWorld> ServeAsync(string option)
    {
        var lax = new SeedWorld();
        lax.Names.Add("slow.example TEMP");
        lax.Table("relay-domains", "open.example\n");
        await lax.ServeAsync(RuleWorld.HostName, option);
        return lax;
    }
}
