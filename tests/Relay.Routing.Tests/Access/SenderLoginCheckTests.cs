using System.Text;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;
using Relay.Routing.Tracing;

namespace Relay.Routing.Tests.Access;

/// <summary>Postfix: smtpd_sender_login_maps, reject_sender_login_mismatch.</summary>
public class SenderLoginCheckTests
{
    private const string Table = """
        boss@example.com tim
        office@example.com tim, tom
        @shop.example tom
        """;

    [Theory]
    [InlineData(SenderLogin.Off, "tom", "boss@example.com", "ok")]
    [InlineData(SenderLogin.Authenticated, "tim", "boss@example.com", "ok")]
    [InlineData(SenderLogin.Authenticated, "TIM", "Boss@Example.COM", "ok")]
    [InlineData(SenderLogin.Authenticated, "tom", "office@example.com", "ok")]
    [InlineData(SenderLogin.Authenticated, "tom", "any@shop.example", "ok")]
    [InlineData(SenderLogin.Authenticated, "tom", "", "ok")]
    [InlineData(SenderLogin.Authenticated, "tom", "boss@example.com",
        "553 5.7.1 <boss@example.com>... Sender address rejected: not owned by user tom")]
    [InlineData(SenderLogin.Authenticated, "tom", "u@elsewhere.example",
        "553 5.7.1 <u@elsewhere.example>... Sender address rejected: not owned by user tom")]
    [InlineData(SenderLogin.Authenticated, "", "boss@example.com", "ok")]
    [InlineData(SenderLogin.Known, "tom", "u@elsewhere.example", "ok")]
    [InlineData(SenderLogin.Known, "", "u@elsewhere.example", "ok")]
    [InlineData(SenderLogin.Known, "", "boss@example.com",
        "553 5.7.1 <boss@example.com>... Sender address rejected: not logged in")]
    [InlineData(SenderLogin.Known, "ti", "boss@example.com",
        "553 5.7.1 <boss@example.com>... Sender address rejected: not owned by user ti")]
    [InlineData(SenderLogin.All, "", "any@shop.example",
        "553 5.7.1 <any@shop.example>... Sender address rejected: not logged in")]
    [InlineData(SenderLogin.All, "", "u@elsewhere.example", "ok")]
    [InlineData(SenderLogin.All, "tim", "u@elsewhere.example",
        "553 5.7.1 <u@elsewhere.example>... Sender address rejected: not owned by user tim")]
    public async Task A_sender_belongs_to_its_owners_as_the_option_says(
        SenderLogin rule, string user, string sender, string outcome)
    {
        foreach (DelayChecks delay in (DelayChecks[])[DelayChecks.Off, DelayChecks.On])
        {
            var rules = new Rules
            {
                SenderLogin = Table,
                Options = new RoutingOptions
                {
                    HostName = "relay.example",
                    AcceptUnresolvableDomains = true,
                    SenderLogin = rule,
                    DelayChecks = delay,
                },
            };
            Assert.Equal(outcome, await rules.MailAsync(Client(user), sender));
        }
    }

    [Theory]
    [InlineData("\"boss\"@example.com")]
    [InlineData("\"b\\oss\"@EXAMPLE.com")]
    [InlineData("boss@alias.example")]
    [InlineData("\"boss\"@alias.example")]
    [InlineData("root")]
    [InlineData("\"root\"")]
    [InlineData("boss@old.example")]
    public async Task However_an_address_is_written_it_is_its_owners(string sender)
    {
        var rules = new Rules
        {
            SenderLogin = Table + "\nroot@relay.example tim\nboss@old.example tim\n",
            Domaintable = "alias.example example.com\nold.example new.example\n",
            Options = new RoutingOptions
            {
                HostName = "relay.example",
                AcceptUnresolvableDomains = true,
                AcceptUnqualifiedSenders = true,
                SenderLogin = SenderLogin.Known,
                DelayChecks = DelayChecks.Off,
            },
        };
        Assert.Equal("ok", await rules.MailAsync(Client("tim"), sender));
        Assert.Equal(
            $"553 5.7.1 <{sender}>... Sender address rejected: not owned by user tom",
            await rules.MailAsync(Client("tom"), sender));
    }

    [Fact]
    public async Task The_trace_names_the_line_that_decided()
    {
        var rules = new Rules
        {
            SenderLogin = Table,
            Options = new RoutingOptions { HostName = "relay.example", SenderLogin = SenderLogin.All },
        };
        var trace = new DecisionTrace();
        await rules.MailAsync(Client("tom"), "boss@example.com", trace);
        Assert.Contains(trace.Steps, static step => step.ToString().Contains("senderlogin", StringComparison.Ordinal));
        Assert.Contains(
            trace.Steps, static step => step.ToString().Contains("not owned by user tom", StringComparison.Ordinal));
    }

    private static ClientFacts Client(string user) => new(
        Rules.Stranger.Address, ClientResolution.Fail, null)
    {
        AuthenticatedIdentity = Encoding.UTF8.GetBytes(user),
    };
}
