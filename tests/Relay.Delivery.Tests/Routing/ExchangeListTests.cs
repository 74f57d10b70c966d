using Relay.Delivery.Routing;
using Relay.Dns;

namespace Relay.Delivery.Tests.Routing;

/// <summary>The rules of RFC 5321 §5.1 and RFC 7505 on a set of MX records.</summary>
public sealed class ExchangeListTests
{
    [Theory]
    [InlineData("20 b|10 a|30 c", "Hosts", "10 a|20 b|30 c")]
    [InlineData("10 a|20 A|5 B|7 b", "Hosts", "5 B|10 a")]
    [InlineData("0 .", "NullMx", "")]
    [InlineData("0 .|10 .", "NullMx", "")]
    [InlineData("0 .|10 a", "Hosts", "10 a")]
    [InlineData("10 a|20 us|20 b|30 c", "Hosts", "10 a")]
    [InlineData("10 a|20 US|15 we", "Hosts", "10 a")]
    [InlineData("10 us|20 a", "PointsBack", "")]
    [InlineData("10 us|10 a", "PointsBack", "")]
    public void Records_come_to(string records, string verdict, string hosts)
    {
        ExchangeList list = ExchangeList.Of(Parse(records), static name => name.ToLowerInvariant() is "us" or "we");
        Assert.Equal(verdict, list.Verdict.ToString());
        Assert.Equal(hosts, string.Join('|', list.Hosts.Select(static h => $"{h.Preference} {h.Exchange}")));
    }

    [Fact]
    public void Our_best_name_is_told()
    {
        ExchangeList list = ExchangeList.Of(Parse("20 us|10 we"), static name => name is "us" or "we");
        Assert.Equal("we", list.OwnHost);
    }

    [Fact]
    public void At_most_a_hundred_hosts_count()
    {
        MxRecord[] records = [.. Enumerable.Range(0, 300).Select(static i => new MxRecord(300 - i, $"h{i}"))];
        ExchangeList list = ExchangeList.Of(records, static _ => false);
        Assert.Equal(100, list.Hosts.Count);
        Assert.Equal((1, 100), (list.Hosts[0].Preference, list.Hosts[^1].Preference));
    }

    private static MxRecord[] Parse(string text) =>
    [
        .. text.Split('|').Select(static r => r.Split(' ')).Select(static p => new MxRecord(int.Parse(p[0]), p[1])),
    ];
}
