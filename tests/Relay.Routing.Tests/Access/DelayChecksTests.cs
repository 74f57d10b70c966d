using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;
using Relay.Routing.Tracing;

namespace Relay.Routing.Tests.Access;

/// <summary>
/// delay_checks: everything at RCPT, the recipient first (Sendmail: cf/README, FEATURE(`delay_checks')).
/// </summary>
public class DelayChecksTests
{
    private static Rules Blocking { get; } = new()
    {
        RelayDomains = "hosted.example",
        Access = """
            Connect:192.0.2 REJECT
            From:bad.example 550 bad sender
            From:good.example OK
            To:blocked@hosted.example REJECT
            Spam:friend@hosted.example FRIEND
            Spam:hater@hosted.example HATER
            """,
        Options = new RoutingOptions
        {
            HostName = "relay.example",
            DelayChecks = DelayChecks.On,
            BlocklistRecipients = true,
            AcceptUnresolvableDomains = true,
        },
    };

    [Fact]
    public async Task Connection_and_sender_pass_until_RCPT()
    {
        Assert.Equal("ok", await Blocking.ConnectAsync(Rules.Stranger));
        Assert.Equal("ok", await Blocking.MailAsync(Rules.Stranger, "u@bad.example"));
    }

    [Fact]
    public async Task The_recipient_is_checked_first_then_the_sender_then_the_client()
    {
        Assert.Equal(
            "550 5.2.1 <blocked@hosted.example>... Mailbox disabled for this recipient",
            await Blocking.RcptAsync(Rules.Stranger, "blocked@hosted.example", "u@bad.example"));
        Assert.Equal(
            "550 5.0.0 <a@hosted.example>... bad sender",
            await Blocking.RcptAsync(Rules.Stranger, "a@hosted.example", "u@bad.example"));
        Assert.Equal(
            "550 5.7.1 <a@hosted.example>... Access denied",
            await Blocking.RcptAsync(Rules.Stranger, "a@hosted.example", "u@other.example"));
    }

    [Fact]
    public async Task A_From_entry_OK_spares_the_client_its_check() =>
        Assert.Equal("ok", await Blocking.RcptAsync(Rules.Stranger, "a@hosted.example", "u@good.example"));

    [Fact]
    public async Task An_authenticated_client_is_not_checked_further()
    {
        var client = new ClientFacts(
            System.Net.IPAddress.Parse("192.0.2.99"), ClientResolution.Fail, null)
        { IsAuthenticated = true };
        Assert.Equal("ok", await Blocking.RcptAsync(client, "a@hosted.example", "u@bad.example"));
    }

    [Theory]
    [InlineData(DelayChecks.Friend, "friend@hosted.example", true)]
    [InlineData(DelayChecks.Friend, "a@hosted.example", false)]
    [InlineData(DelayChecks.Hater, "a@hosted.example", true)]
    [InlineData(DelayChecks.Hater, "hater@hosted.example", false)]
    [InlineData(DelayChecks.On, "friend@hosted.example", false)]
    public async Task Friends_are_spared_and_only_haters_are_checked(DelayChecks mode, string recipient, bool spared)
    {
        Rules rules = Blocking with { Options = Blocking.Options with { DelayChecks = mode } };
        Assert.Equal(spared, await rules.RcptAsync(Rules.Stranger, recipient, "u@bad.example") == "ok");
    }

    [Theory]
    [InlineData("abuse@ours.example", true)]
    [InlineData("abuse", true)]
    [InlineData("abuse@hosted.example", false)]
    public async Task A_friend_by_local_part_is_one_at_our_own_names_only(string recipient, bool spared)
    {
        Rules rules = Blocking with
        {
            LocalHostNames = "ours.example",
            Access = "From:bad.example REJECT\nSpam:abuse@ FRIEND",
            Options = Blocking.Options with { DelayChecks = DelayChecks.Friend },
        };
        Assert.Equal(spared, await rules.RcptAsync(Rules.Stranger, recipient, "u@bad.example") == "ok");
    }

    [Fact]
    public async Task A_friend_still_needs_a_permission_to_relay()
    {
        Rules rules = Blocking with
        {
            Access = "Spam:far.example FRIEND",
            Options = Blocking.Options with { DelayChecks = DelayChecks.Friend },
        };
        Assert.StartsWith(
            "550 5.7.1", await rules.RcptAsync(Rules.Stranger, "a@far.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trace_has_the_rules_in_the_order_in_which_they_decided()
    {
        var trace = new DecisionTrace();
        await Blocking.RcptAsync(Rules.Stranger, "a@hosted.example", "u@other.example", trace);
        Assert.Equal(
            ["check_rcpt", "check_mail", "check_relay"], trace.Steps.Select(s => s.Check).Distinct());
        Assert.Contains(
            trace.Steps,
            s => s.Check == "check_relay" && s.Outcome == "connect:192.0.2 -> REJECT" && s.Place == "access:1");
    }
}
