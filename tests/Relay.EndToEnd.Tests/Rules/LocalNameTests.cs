using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// Who takes mail for our own names: hub, local relay, LUSER_RELAY, mailboxes or nobody (Sendmail: cf/README,
/// MAIL_HUB, LOCAL_RELAY, LUSER_RELAY, LOCAL_USER, stickyhost).
/// </summary>
public sealed class LocalNameTests : IAsyncDisposable
{
    private const string HubOption = "routes.mailHub=[hub.test]";
    private const string RelayOption = "routes.localRelay=[names.test]";
    private const string LuserOption = "routes.luserRelay=[luser.test]";

    private readonly SeedWorld _world = new();
    private readonly ScriptedMailExchanger _hub;
    private readonly ScriptedMailExchanger _names;
    private readonly ScriptedMailExchanger _luser;

    public LocalNameTests()
    {
        _hub = _world.Host("127.0.0.71");
        _names = _world.Host("127.0.0.72");
        _luser = _world.Host("127.0.0.73");
        _world.Names.Add("hub.test A 127.0.0.71", "names.test A 127.0.0.72", "luser.test A 127.0.0.73");
        _world.Table("local-host-names", "# ours\nmine.example second.example\n");
        _world.Table("aliases", "known: known@far.example\n");
        _world.Table("mailertable", "far.example smtp:[127.0.0.74]\n");
    }

    [Fact]
    public async Task Our_names_are_those_of_local_host_names_exactly_and_the_hosts_own_and_nobody_there_is_unknown()
    {
        await _world.ServeAsync("relay.example");
        string[] ours =
        [
            "x@mine.example", "x@Second.EXAMPLE", "x@relay.example", "x@relay", "x@localhost", "x@[127.0.0.1]", "x",
        ];
        foreach (string recipient in ours)
        {
            Assert.Equal($"550 5.1.1 <{recipient}>... User unknown", await OfferAsync(recipient));
        }

        Assert.Equal(
            "550 5.7.1 <x@sub.mine.example>... Relaying denied. IP name lookup failed [198.51.100.1]",
            await OfferAsync("x@sub.mine.example"));
    }

    [Fact]
    public async Task A_domain_in_relay_domains_is_not_ours_by_that_its_mail_goes_by_mailertable_or_MX()
    {
        ScriptedMailExchanger far = _world.Host("127.0.0.74");
        ScriptedMailExchanger byMx = _world.Host("127.0.0.75");
        _world.Names.Add("byname.example MX 10 mx.byname.example", "mx.byname.example A 127.0.0.75");
        _world.Table("relay-domains", "far.example byname.example\n");
        await _world.ServeAsync("relay.example", HubOption);
        await _world.SendAsync("198.51.100.1", "known@far.example", "known@byname.example");
        Assert.Equal(["known@far.example"], await _world.RecipientsAtAsync(far, 1));
        Assert.Equal(["known@byname.example"], await _world.RecipientsAtAsync(byMx, 1));
        Assert.Empty(_hub.Mails);
    }

    [Fact]
    public async Task Without_stickyhost_the_hub_takes_names_with_and_without_a_domain_and_keeps_it()
    {
        await _world.ServeAsync("relay.example", HubOption, RelayOption);
        await _world.SendAsync("127.0.0.1", "x@mine.example", "y");
        Assert.Equal(["x@mine.example", "y@relay.example"], await _world.RecipientsAtAsync(_hub, 2));
        Assert.Empty(_names.Mails);
    }

    [Fact]
    public async Task With_stickyhost_the_hub_takes_names_with_a_domain_and_the_local_relay_those_without()
    {
        await _world.ServeAsync(
            "relay.example", HubOption, RelayOption, "routes.stickyHost=true", "routes.hubRewritesDomain=true");
        await _world.SendAsync("127.0.0.1", "x@mine.example", "y");
        Assert.Equal(["x@mine.example"], await _world.RecipientsAtAsync(_hub, 1));
        Assert.Equal(["y@relay.example"], await _world.RecipientsAtAsync(_names, 1));
    }

    [Theory]
    [InlineData(RelayOption, "y", "x@mine.example")]
    [InlineData(HubOption, "x@mine.example", "y")]
    public async Task With_stickyhost_the_local_relay_alone_takes_no_name_with_a_domain_and_the_hub_alone_no_other(
        string option, string taken, string nobody)
    {
        await _world.ServeAsync("relay.example", option, "routes.stickyHost=true");
        Assert.Equal($"250 2.1.5 <{taken}>... Recipient ok", await _world.AskAsync("127.0.0.1", taken));
        Assert.Equal($"550 5.1.1 <{nobody}>... User unknown", await _world.AskAsync("127.0.0.1", nobody));
    }

    [Fact]
    public async Task C6_With_hubRewritesDomain_the_recipient_is_at_the_hub()
    {
        await _world.ServeAsync("relay.example", HubOption, "routes.hubRewritesDomain=true");
        await _world.SendAsync("127.0.0.1", "x@mine.example");
        Assert.Equal(["x@hub.test"], await _world.RecipientsAtAsync(_hub, 1));
    }

    [Fact]
    public async Task The_local_relay_alone_takes_names_with_and_without_a_domain()
    {
        await _world.ServeAsync("relay.example", RelayOption);
        await _world.SendAsync("127.0.0.1", "x@mine.example", "y");
        Assert.Equal(["x@mine.example", "y@relay.example"], await _world.RecipientsAtAsync(_names, 2));
    }

    [Fact]
    public async Task LUSER_RELAY_takes_who_is_nobody_before_the_hub_but_no_alias()
    {
        ScriptedMailExchanger far = _world.Host("127.0.0.74");
        await _world.ServeAsync("relay.example", LuserOption, HubOption);
        await _world.SendAsync("127.0.0.1", "x@mine.example", "known@mine.example");
        Assert.Equal(["x@mine.example"], await _world.RecipientsAtAsync(_luser, 1));
        Assert.Equal(["known@far.example"], await _world.RecipientsAtAsync(far, 1));
        Assert.Empty(_hub.Mails);
    }

    [Theory]
    [InlineData("", "x@luser.test")]
    [InlineData("routes.preserveLuserHost=true", "x@mine.example")]
    public async Task LUSER_RELAY_gets_the_name_at_its_own_host_when_domains_are_rewritten_unless_preserve_luser_host(
        string option, string arrives)
    {
        string[] options = option.Length > 0 ? [option] : [];
        await _world.ServeAsync("relay.example", [LuserOption, "routes.hubRewritesDomain=true", .. options]);
        await _world.SendAsync("127.0.0.1", "x@mine.example");
        Assert.Equal([arrives], await _world.RecipientsAtAsync(_luser, 1));
    }

    [Fact]
    public async Task A_LUSER_RELAY_that_is_an_error_refuses_at_RCPT()
    {
        await _world.ServeAsync("relay.example", "routes.luserRelay=error:5.1.1:550 nobody here");
        Assert.Equal(
            "550 5.1.1 <x@mine.example>... nobody here",
            await _world.OfferAsync("127.0.0.1", "someone@sender.example", "x@mine.example"));
    }

    [Fact]
    public async Task Names_of_class_L_stay_here()
    {
        await _world.ServeAsync("relay.example", HubOption, "routes.localUsers=root");
        Assert.Equal(
            "550 5.1.1 <root@mine.example>... User unknown",
            await _world.OfferAsync("127.0.0.1", "someone@sender.example", "root@mine.example"));
        await _world.SendAsync("127.0.0.1", "x@mine.example");
        Assert.Equal(["x@mine.example"], await _world.RecipientsAtAsync(_hub, 1));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private Task<string> OfferAsync(string recipient) =>
        _world.OfferAsync("198.51.100.1", "someone@sender.example", recipient);
}
