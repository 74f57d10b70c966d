using System.Net;
using System.Net.Sockets;
using Relay.Delivery.Rules;
using Relay.Routing.Routes;

namespace Relay.Delivery.Tests.Rules;

/// <summary>What holds for a destination, put together of the rules that match it.</summary>
public class DestinationRulesTests
{
    private static readonly Route Hop = TestRoutes.To(2525, name: "smtp:relay.example.net:2525");

    [Fact]
    public void Each_limit_comes_from_the_most_precise_rule_that_sets_it()
    {
        DestinationLimits limits = Rules(
            new DestinationRule { Patterns = [Parse("*")], Origin = "one", Connections = 9, Rates = Rates("5/s") },
            new DestinationRule { Patterns = [Parse("relay.example.net")], Origin = "two", Connections = 2 },
            new DestinationRule { Patterns = [Parse("*.net")], Origin = "three", Connections = 3, Rates = [] },
            new DestinationRule { Patterns = [Parse("elsewhere.net")], Origin = "four", MessagesPerConnection = 1 })
            .For(Hop);
        Assert.Equal((2, 0, 1000), (limits.Connections, limits.MessagesPerConnection, limits.RecipientsPerTransaction));
        Assert.Empty(limits.Rates); // "without limit" is a setting, too
        Assert.Contains(("connections", "2", "two, match \"relay.example.net\""), limits.Explanation);
        Assert.Contains(("rate", "without limit", "three, match \"*.net\""), limits.Explanation);
        Assert.Contains(
            ("messagesPerConnection", "without limit", "default (delivery.messagesPerConnectionMax)"),
            limits.Explanation);
    }

    [Fact]
    public void Of_equally_precise_rules_the_first_counts() => Assert.Equal(
        7,
        Rules(
            new DestinationRule { Patterns = [Parse("relay.example.net")], Origin = "one", Connections = 7 },
            new DestinationRule { Patterns = [Parse("RELAY.example.net")], Origin = "two", Connections = 8 })
            .For(Hop).Connections);

    [Fact]
    public void Destinations_with_the_same_rules_share_their_limits()
    {
        DestinationRules rules = Rules(
            new DestinationRule { Patterns = [Parse("*.net")], Origin = "one", Connections = 7 });
        Assert.Same(rules.For(Hop), rules.For(TestRoutes.To(25, name: "smtp:other.net")));
        Assert.NotSame(rules.For(Hop), rules.For(TestRoutes.To(25, name: "smtp:other.org")));
    }

    [Fact]
    public void Only_a_rule_for_domains_keeps_a_domain_apart_and_the_most_precise_one_does()
    {
        DestinationRules rules = Rules(
            new DestinationRule { Patterns = [Parse("mx:mx.test"), Parse("*")], Origin = "one" },
            new DestinationRule { Patterns = [Parse("*.example.org")], Origin = "two" },
            new DestinationRule { Patterns = [Parse("a.example.org")], Origin = "three" });
        Assert.Null(rules.DomainRule("example.org"));
        Assert.Equal("*.example.org", rules.DomainRule("b.example.org")!.Text);
        Assert.Equal("a.example.org", rules.DomainRule("A.example.org")!.Text);
    }

    [Theory]
    [InlineData("10/s", "10/s")]
    [InlineData(" 10 / s ,300/min,5000/hour, 7/day", "10/s, 300/min, 5000/h, 7/d")]
    [InlineData("", "")]
    [InlineData("10/m", "10/min")]
    public void Rates_are_read_and_written_back(string text, string expected)
    {
        Assert.True(SendRate.TryParseList(text, out IReadOnlyList<SendRate> rates));
        Assert.Equal(expected, SendRate.Write(rates));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("0/s")]
    [InlineData("-1/s")]
    [InlineData("10/week")]
    [InlineData("10/s,")]
    [InlineData("10/s, 20/second")]
    [InlineData("10000001/s")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(SendRate.TryParseList(text, out _));

    [Fact]
    public void Sources_are_chosen_by_weight_within_the_family()
    {
        Assert.True(SourcePool.TryParse("192.0.2.1 3, 192.0.2.2, 2001:db8::1 5", out SourcePool pool));
        string[] chosen = [.. Enumerable.Range(0, 100).Select(i => Choose(pool, AddressFamily.InterNetwork, i / 100.0))];
        Assert.Equal(75, chosen.Count(static a => a == "192.0.2.1"));
        Assert.Equal(25, chosen.Count(static a => a == "192.0.2.2"));
        Assert.Equal("2001:db8::1", Choose(pool, AddressFamily.InterNetworkV6, 0.999));
        Assert.True(SourcePool.TryParse("192.0.2.1", out SourcePool only));
        Assert.False(only.TryChoose(AddressFamily.InterNetworkV6, 0.5, out _));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("192.0.2.1 0")]
    [InlineData("192.0.2.1, 192.0.2.1")]
    [InlineData("host.example")]
    [InlineData("192.0.2.1 1 1")]
    public void What_is_no_pool_of_sources_is_refused(string text) => Assert.False(SourcePool.TryParse(text, out _));

    private static string Choose(SourcePool pool, AddressFamily family, double random)
    {
        Assert.True(pool.TryChoose(family, random, out IPAddress? address));
        return address!.ToString();
    }

    private static DestinationPattern Parse(string text)
    {
        Assert.True(DestinationPattern.TryParse(text, out DestinationPattern pattern), text);
        return pattern;
    }

    private static IReadOnlyList<SendRate> Rates(string text)
    {
        Assert.True(SendRate.TryParseList(text, out IReadOnlyList<SendRate> rates));
        return rates;
    }

    private static DestinationRules Rules(params DestinationRule[] rules) =>
        new(new DeliveryOptions { HostName = "relay.test", DestinationRules = rules });
}
