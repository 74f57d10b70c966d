using System.Text;
using Relay.Delivery.Client;
using Relay.Delivery.Rules;
using Relay.Routing.Routes;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Tests.Rules;

/// <summary>What follows from a refusal: by the administrator's rules, by the default ones, by its code.</summary>
public class ReplyRulesTests
{
    private const string Gmail = "gmail-smtp-in.l.google.com";
    private const string Microsoft = "example-org.mail.protection.outlook.com";
    private const string Yahoo = "mta5.am0.yahoodns.net";

    /// <summary>Replies as these providers document them or as postmasters report them.</summary>
    [Theory]
    [InlineData(Gmail, "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP "
        + "address. To protect our users from spam, mail sent from your IP address has been temporarily rate limited.",
        ReplyAction.Suspend)]
    [InlineData(Gmail, "421 4.7.0 Our system has detected an unusual rate of unsolicited mail", ReplyAction.Suspend)]
    [InlineData(Gmail, "421 4.7.0 Try again later, closing connection.", ReplyAction.SlowDown)]
    [InlineData(Gmail, "421 4.3.0 Temporary System Problem. Try again later", ReplyAction.NextHost)]
    [InlineData(Gmail, "421 4.7.26 This mail is unauthenticated, which poses a security risk", ReplyAction.Nothing)]
    [InlineData(Gmail, "450 4.2.1 The user you are trying to contact is receiving mail too quickly.",
        ReplyAction.Nothing)]
    [InlineData(Gmail, "550 5.7.1 Our system has detected that this message is likely unsolicited mail.",
        ReplyAction.SlowDown)]
    [InlineData(Gmail, "550 5.1.1 The email account that you tried to reach does not exist.", ReplyAction.Nothing)]
    [InlineData(Microsoft, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)",
        ReplyAction.Suspend)]
    [InlineData(Microsoft, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP "
        + "reputation.", ReplyAction.Suspend)]
    [InlineData(Microsoft, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your "
        + "Internet service provider since part of their network is on our block list (S3140).", ReplyAction.Suspend)]
    [InlineData(Microsoft, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", ReplyAction.Nothing)]
    [InlineData(Microsoft, "550 5.4.1 Recipient address rejected: Access denied", ReplyAction.Nothing)]
    [InlineData(Yahoo, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or "
        + "user complaints - 4.16.55.1", ReplyAction.Suspend)]
    [InlineData(Yahoo, "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred", ReplyAction.Suspend)]
    [InlineData(Yahoo, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1", ReplyAction.Suspend)]
    [InlineData(Yahoo, "451 4.3.2 Resources temporarily not available - Please try again later [#4.16.5].",
        ReplyAction.NextHost)]
    [InlineData("mx1.comcast.net", "452 4.1.0 [192.0.2.1] throttled, RL000010", ReplyAction.Suspend)]
    [InlineData("smtp-in.orange.fr", "421 Service refuse. Veuillez essayer plus tard. OFR004_103", ReplyAction.Suspend)]
    [InlineData("mx00.t-online.de", "554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to "
        + "contact tosa@rx.t-online.de to clarify.)", ReplyAction.Suspend)]
    [InlineData("mx.example.org", "451 4.7.1 Greylisting in action, please come back later", ReplyAction.Nothing)]
    [InlineData("mx.example.org", "450 4.7.0 Too many concurrent connections", ReplyAction.SlowDown)]
    [InlineData("mx.example.org", "450 4.7.1 Error: too much mail from 192.0.2.1", ReplyAction.SlowDown)]
    [InlineData("mx.example.org", "451 4.7.500 Server busy.", ReplyAction.Count)] // nobody's known answer
    public void A_known_answer_has_the_action_that_helps(string host, string reply, ReplyAction expected) =>
        Assert.Equal(expected, Judge(new DeliveryOptions { HostName = "relay.test" }, host, reply).Action);

    [Fact]
    public void Every_default_rule_is_written_soundly()
    {
        Assert.All(DefaultReplyRules.All, static rule =>
        {
            Assert.StartsWith("default rule ", rule.Origin, StringComparison.Ordinal);
            Assert.NotEmpty(rule.Note);
            Assert.Equal(rule.Action == ReplyAction.Suspend, rule.Duration > TimeSpan.Zero);
            Assert.NotEqual((ReplyCodePattern.Any, null), (rule.Code, rule.Pattern));
        });
        Assert.Equal(
            DefaultReplyRules.All.Count, DefaultReplyRules.All.DistinctBy(static rule => rule.Origin).Count());
    }

    [Theory]
    [InlineData(ClientPhase.Greeting, "421 4.3.2 busy", ReplyAction.SlowDown)]
    [InlineData(ClientPhase.FinalDot, "421 4.2.1 busy", ReplyAction.SlowDown)]
    [InlineData(ClientPhase.Greeting, "450 4.3.2 busy", ReplyAction.SlowDown)]
    [InlineData(ClientPhase.Hello, "451 trouble", ReplyAction.SlowDown)]
    [InlineData(ClientPhase.Greeting, "554 5.7.1 no", ReplyAction.Nothing)]
    [InlineData(ClientPhase.Mail, "452 4.3.1 full", ReplyAction.Count)]
    [InlineData(ClientPhase.Mail, "450 4.1.8 sender", ReplyAction.Nothing)]
    [InlineData(ClientPhase.Rcpt, "450 try later", ReplyAction.Nothing)]
    [InlineData(ClientPhase.Rcpt, "450 4.2.2 mailbox full", ReplyAction.Nothing)]
    [InlineData(ClientPhase.Rcpt, "451 4.7.1 policy", ReplyAction.Count)]
    [InlineData(ClientPhase.FinalDot, "451 4.3.0 trouble", ReplyAction.Count)]
    [InlineData(ClientPhase.FinalDot, "451 4.6.0 content", ReplyAction.Nothing)]
    [InlineData(ClientPhase.FinalDot, "550 5.7.1 no", ReplyAction.Nothing)]
    public void Without_a_rule_the_code_decides(object phase, string reply, ReplyAction expected)
    {
        var options = new DeliveryOptions { HostName = "relay.test", UseDefaultReplyRules = false };
        Assert.Equal(expected, Judge(options, "mx.test", reply, (ClientPhase)phase).Action);
    }

    [Fact]
    public void The_administrators_first_matching_rule_comes_before_the_default_rules()
    {
        var options = new DeliveryOptions
        {
            HostName = "relay.test",
            ReplyRules =
            [
                Rule("elsewhere.test", ReplyAction.Bounce) with { Origin = "1" },
                Rule("*", ReplyAction.Bounce) with { Origin = "2", Text = "NOT THIS" },
                Rule("*", ReplyAction.Bounce) with { Origin = "3", Code = Code("45x") },
                Rule("*", ReplyAction.Bounce) with { Origin = "4", EnhancedCode = Enhanced("4.7.1") },
                Rule("mx:*.google.com", ReplyAction.Nothing) with { Origin = "5", Text = "RATE" },
                Rule("*", ReplyAction.Bounce) with { Origin = "6" },
            ],
        };
        ReplyVerdict verdict = Judge(options, Gmail, "421 4.7.28 unusual rate of unsolicited mail");
        Assert.Equal((ReplyAction.Nothing, "5"), (verdict.Action, verdict.Rule!.Origin));
        Assert.Equal("6", Judge(options, "mx.test", "421 4.7.28 rate").Rule!.Origin);
    }

    [Theory]
    [InlineData("any", "250")]
    [InlineData("4xx", "399 500")]
    [InlineData("45x", "449 460")]
    [InlineData("421", "420 422")]
    public void A_pattern_of_codes_is_written_back_and_matches_no_other(string text, string others)
    {
        ReplyCodePattern pattern = text == "any" ? ReplyCodePattern.Any : Code(text);
        Assert.Equal(text, pattern.ToString());
        Assert.All(others.Split(' ').Select(int.Parse), code => Assert.Equal(text == "any", pattern.Matches(code)));
    }

    [Theory]
    [InlineData("4.7.x", "4.7.28", "5.7.28")]
    [InlineData("x.7.1", "5.7.1", "5.7.2")]
    [InlineData("4.x.x", "4.0.0", "5.0.0")]
    public void A_pattern_of_enhanced_codes_is_written_back_and_matches(string text, string one, string other)
    {
        EnhancedCodePattern pattern = Enhanced(text);
        Assert.Equal(text, pattern.ToString());
        Assert.True(pattern.Matches(Parse(one)));
        Assert.False(pattern.Matches(Parse(other)));
        Assert.False(pattern.Matches(EnhancedStatusCode.None));
        Assert.True(EnhancedCodePattern.Any.Matches(EnhancedStatusCode.None));
    }

    private static ReplyVerdict Judge(
        DeliveryOptions options, string host, string reply, ClientPhase phase = ClientPhase.FinalDot)
    {
        var route = new Route(RouteKind.Smtp, $"mx:{host}", [new NextHop(host, 25, false, 0) { IsExchange = true }])
        {
            IsMxRoute = true,
        };
        string[] words = reply.Split(' ');
        EnhancedStatusCode enhanced = Parse(words[1]);
        string text = string.Join(' ', words[(enhanced.IsNone ? 1 : 2)..]);
        return new ReplyRules(options).Judge(
            route, phase, int.Parse(words[0]), enhanced, Encoding.UTF8.GetBytes(text));
    }

    private static ReplyRule Rule(string match, ReplyAction action)
    {
        Assert.True(DestinationPattern.TryParse(match, out DestinationPattern pattern));
        return new ReplyRule { Patterns = [pattern], Origin = string.Empty, Action = action };
    }

    private static ReplyCodePattern Code(string text)
    {
        Assert.True(ReplyCodePattern.TryParse(text, out ReplyCodePattern pattern));
        return pattern;
    }

    private static EnhancedCodePattern Enhanced(string text)
    {
        Assert.True(EnhancedCodePattern.TryParse(text, out EnhancedCodePattern pattern));
        return pattern;
    }

    private static EnhancedStatusCode Parse(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 3 && parts.All(static p => p.Length > 0 && p.All(char.IsAsciiDigit))
            ? new EnhancedStatusCode(byte.Parse(parts[0]), ushort.Parse(parts[1]), ushort.Parse(parts[2]))
            : EnhancedStatusCode.None;
    }
}
