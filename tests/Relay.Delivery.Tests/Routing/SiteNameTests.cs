using Relay.Delivery.Routing;
using Relay.Routing.Routes;

namespace Relay.Delivery.Tests.Routing;

/// <summary>Equal sets of hosts have equal names, others have others.</summary>
public sealed class SiteNameTests
{
    [Fact]
    public void A_site_is_named_like_a_list_of_mailertable()
    {
        string name = SiteName.Of([Host("B.test", 0), Host("a.test", 0), Host("c.test", 1, 2525)]);
        Assert.Equal("mx:a.test,b.test:c.test/2525", name);
    }

    [Fact]
    public void Hosts_that_an_administrator_named_stand_in_brackets() =>
        Assert.Equal("mx:a.test:[hub]", SiteName.Of([Host("a.test", 0), new NextHop("hub", 25, false, 1)]));

    [Fact]
    public void A_long_name_is_cut_and_stays_unique()
    {
        NextHop[] many = [.. Enumerable.Range(0, 100).Select(static i => Host($"mail{i}.example.test", i))];
        string name = SiteName.Of(many);
        Assert.InRange(name.Length, 100, 200);
        Assert.Equal(name, SiteName.Of([.. many.Reverse()]));
        Assert.NotEqual(name, SiteName.Of(many[..99]));
    }

    private static NextHop Host(string name, int preference, int port = 25) =>
        new(name, port, UseMx: false, preference) { IsExchange = true };
}
