using Relay.Delivery.Routing;
using Relay.Delivery.Rules;
using Relay.Routing.Routes;

namespace Relay.Delivery.Tests.Rules;

/// <summary>Which destinations a pattern is for.</summary>
public class DestinationPatternTests
{
    private static readonly Route Site = new(
        RouteKind.Smtp,
        "mx:mx1.big.test,mx2.other.test:mx3.backup.test#example.org",
        [Exchange("mx1.big.test", 0), Exchange("mx2.other.test", 0), Exchange("mx3.backup.test", 1)])
    {
        IsMxRoute = true,
    };

    private static readonly Route Named = new(
        RouteKind.Smtp,
        "smtp:relay.example.net,[192.0.2.1],[IPv6:2001:db8::1]:2525",
        [new NextHop("relay.example.net", 2525, true, 0), new NextHop("192.0.2.1", 2525, false, 0)]);

    [Theory]
    [InlineData("*", true, true)]
    [InlineData("mx:mx1.big.test", true, false)]
    [InlineData("MX:MX2.Other.TEST", true, false)]
    [InlineData("mx:*.big.test", true, false)]
    [InlineData("mx:*.test", true, false)]
    [InlineData("mx:mx3.backup.test", false, false)] // not among the best
    [InlineData("mx:big.test", false, false)]
    [InlineData("mx:*.ig.test", false, false)]
    [InlineData("example.org", true, false)]
    [InlineData("*.org", true, false)] // for the limits that the rule for example.org leaves open
    [InlineData("mx1.big.test", false, false)]
    [InlineData("relay.example.net", false, true)]
    [InlineData("*.example.net", false, true)]
    [InlineData("*.relay.example.net", false, false)]
    [InlineData("[192.0.2.1]", false, true)]
    [InlineData("[192.0.2.2]", false, false)]
    [InlineData("[ipv6:2001:db8::1]", false, true)]
    [InlineData("smtp:relay.example.net,[192.0.2.1],[IPv6:2001:db8::1]:2525", false, true)]
    [InlineData("smtp:relay.example.net", false, false)]
    [InlineData("mx:mx1.big.test,mx2.other.test:mx3.backup.test", true, false)]
    [InlineData("mx:mx1.big.test,mx2.other.test:mx3.backup.test#example.org", true, false)]
    public void A_pattern_matches_the_destinations_it_describes(string text, bool matchesSite, bool matchesNamed)
    {
        Assert.True(DestinationPattern.TryParse(text, out DestinationPattern pattern));
        Assert.Equal((matchesSite, matchesNamed), (pattern.Matches(Site), pattern.Matches(Named)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mx:")]
    [InlineData("mx:*")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("*a.b")]
    [InlineData("a*.b")]
    [InlineData("[192.0.2.300]x")]
    [InlineData("mx:[192.0.2.1]")]
    [InlineData("*.[192.0.2.1]")]
    [InlineData("a b")]
    [InlineData("exämple.org")]
    [InlineData("a,b")]
    public void What_describes_nothing_is_refused(string text) => Assert.False(
        DestinationPattern.TryParse(text, out _));

    [Fact]
    public void The_more_precise_pattern_takes_precedence()
    {
        string[] ordered =
        [
            "*", "mx:*.test", "mx:*.big.test", "mx:mx1.big.test", "*.org", "*.example.org", "a.org", "example.org",
            "mx:mx1.big.test,mx2.big.test",
        ];
        DestinationPattern[] patterns = [.. ordered.Select(Parse)];
        Assert.Equal(ordered, patterns.OrderBy(static p => p.Precedence).Select(static p => p.Text));
        Assert.Equal(patterns.Length, patterns.DistinctBy(static p => p.Precedence).Count());
    }

    [Theory]
    [InlineData("example.org", "example.org", true)]
    [InlineData("*.example.org", "a.b.example.org", true)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("mx:example.org", "example.org", false)]
    [InlineData("[192.0.2.1]", "192.0.2.1", false)]
    [InlineData("*", "example.org", false)]
    public void A_domain_has_a_line_of_its_own_only_by_a_rule_for_domains(string text, string domain, bool matches) =>
        Assert.Equal(matches, Parse(text).MatchesDomain(domain));

    [Theory]
    [InlineData("mx:a.test", "a.test:25/0/X")]
    [InlineData("mx:a.test,b.test/2525:[c.test]", "a.test:25/0/X b.test:2525/0/X c.test:25/1/-")]
    [InlineData("mx:[2001:db8::1]/26:b.test#rule.test", "2001:db8::1:26/0/- b.test:25/1/X")]
    public void A_sites_name_tells_its_hosts(string name, string hosts) => Assert.Equal(
        hosts,
        string.Join(' ', SiteName.HostsOf(name).Select(
            static h => $"{h.Host}:{h.Port}/{h.Preference}/{(h.IsExchange ? "X" : "-")}")));

    private static DestinationPattern Parse(string text)
    {
        Assert.True(DestinationPattern.TryParse(text, out DestinationPattern pattern), text);
        return pattern;
    }

    private static NextHop Exchange(string host, int preference) =>
        new(host, 25, UseMx: false, preference) { IsExchange = true };
}
