using System.Text;
using Relay.Host.Tables;
using Relay.Routing.Routes;

namespace Relay.Host.Tests.Tables;

/// <summary>Where mail goes: the exact domain, then <c>.parent</c>s, then <c>.</c>, then the smart host.</summary>
public class TableRouteResolverTests
{
    private const string Mailertable = """
        exact.example       smtp:[192.0.2.1]
        .exact.example      smtp:[sub.relay.example]:2525
        a.b.c.example       esmtp:[192.0.2.3]
        .c.example          relay:[IPv6:2001:db8::25]
        lmtp.example        lmtp:[127.0.0.1]:2424
        unix.example        lmtp:unix:/run/lmtp.sock
        same.example        SMTP:[192.0.2.1]:25
        """;

    [Theory]
    [InlineData("u@exact.example", "smtp:[192.0.2.1]:25")]
    [InlineData("u@EXACT.example", "smtp:[192.0.2.1]:25")]
    [InlineData("u@x.exact.example", "smtp:[sub.relay.example]:2525")]
    [InlineData("u@y.x.exact.example", "smtp:[sub.relay.example]:2525")]
    [InlineData("u@a.b.c.example", "smtp:[192.0.2.3]:25")]
    [InlineData("u@b.c.example", "smtp:[IPv6:2001:db8::25]:25")]
    [InlineData("u@z.a.b.c.example", "smtp:[IPv6:2001:db8::25]:25")]
    [InlineData("u@lmtp.example", "lmtp:[127.0.0.1]:2424")]
    [InlineData("u@unix.example", "lmtp:unix:/run/lmtp.sock")]
    [InlineData("u@c.example", "none")]
    [InlineData("u@inexact.example", "none")]
    [InlineData("u@example", "none")]
    public void The_most_specific_entry_wins(string recipient, string route) =>
        Assert.Equal(route, Resolve(recipient, Mailertable).Name);

    [Fact]
    public void A_single_dot_takes_the_rest_and_comes_before_the_smart_host()
    {
        Assert.Equal("smtp:[192.0.2.9]:25", Resolve("u@other.example", Mailertable + "\n. smtp:[192.0.2.9]",
            "[192.0.2.8]").Name);
        Assert.Equal("smtp:[192.0.2.8]:25", Resolve("u@other.example", Mailertable, "[192.0.2.8]").Name);
        Assert.Equal("smtp:[192.0.2.1]:25", Resolve("u@exact.example", Mailertable, "[192.0.2.8]").Name);
    }

    [Fact]
    public void A_route_says_host_port_and_kind()
    {
        NextHop hop = Assert.Single(Resolve("u@b.c.example", Mailertable).Hosts);
        Assert.Equal(new NextHop("2001:db8::25", 25, UseMx: false, 0), hop);
        Route lmtp = Resolve("u@unix.example", Mailertable);
        Assert.Equal(RouteKind.Lmtp, lmtp.Kind);
        Assert.Equal("unix:/run/lmtp.sock", Assert.Single(lmtp.Hosts).Host);
        Assert.False(lmtp.IsMxRoute);
    }

    [Fact]
    public void Equal_routes_are_one_destination()
    {
        using TableFolder folder = new TableFolder().With("mailertable", Mailertable);
        var resolver = new TableRouteResolver(new TableStore(folder.Load()));
        Assert.True(resolver.TryResolve("u@exact.example"u8, out RecipientRoute first));
        Assert.True(resolver.TryResolve("u@same.example"u8, out RecipientRoute second));
        Assert.Same(first.Route, second.Route);
    }

    [Fact]
    public void Without_a_route_mail_is_deferred_not_lost()
    {
        Route route = Resolve("u@other.example", Mailertable);
        Assert.Equal(RouteKind.Error, route.Kind);
        Assert.Equal("451 4.4.0 no route", route.Text);
    }

    [Theory]
    [InlineData("u@[192.0.2.5]", "smtp:[192.0.2.5]:25")]
    [InlineData("u@[IPv6:2001:db8::5]", "smtp:[IPv6:2001:db8::5]:25")]
    public async Task An_address_literal_skips_mailertable(string recipient, string route)
    {
        using TableFolder folder = new TableFolder().With("mailertable", ". smtp:[192.0.2.9]");
        var resolver = new TableRouteResolver(new TableStore(folder.Load()));
        byte[] mailbox = Encoding.ASCII.GetBytes(recipient);
        Assert.False(resolver.TryResolve(mailbox, out _));
        Assert.Equal(route, (await resolver.ResolveAsync(mailbox, CancellationToken.None)).Route.Name);
        Assert.Equal("smtp:[192.0.2.8]:25", Resolve(recipient, ". smtp:[192.0.2.9]", "[192.0.2.8]").Name);
    }

    [Theory]
    [InlineData("postmaster")]
    [InlineData("Postmaster")]
    [InlineData("postmaster@relay.example")]
    public void Postmaster_goes_to_its_address_or_is_held(string recipient)
    {
        using TableFolder folder = new TableFolder().With("mailertable", Mailertable);
        var held = new TableRouteResolver(new TableStore(folder.Load()));
        Assert.True(held.TryResolve(Encoding.ASCII.GetBytes(recipient), out RecipientRoute route));
        Assert.Equal(RouteKind.Hold, route.Route.Kind);
        Assert.Contains("postmaster", route.Route.Text, StringComparison.Ordinal);

        folder.Postmaster = "admin@exact.example"u8.ToArray();
        var delivered = new TableRouteResolver(new TableStore(folder.Load()));
        Assert.True(delivered.TryResolve(Encoding.ASCII.GetBytes(recipient), out route));
        Assert.Equal("smtp:[192.0.2.1]:25", route.Route.Name);
        Assert.Equal(folder.Postmaster, route.Address);
    }

    [Fact]
    public void A_reload_swaps_the_tables_whole()
    {
        using TableFolder folder = new TableFolder().With("mailertable", "a.example smtp:[192.0.2.1]");
        var store = new TableStore(folder.Load());
        var resolver = new TableRouteResolver(store);
        store.Swap(folder.With("mailertable", "a.example smtp:[192.0.2.2]").Load());
        Assert.True(resolver.TryResolve("u@a.example"u8, out RecipientRoute route));
        Assert.Equal("smtp:[192.0.2.2]:25", route.Route.Name);
    }

    [Fact]
    public void Known_domains_are_found_without_allocating()
    {
        using TableFolder folder = new TableFolder { Postmaster = "a@exact.example"u8.ToArray() }.With(
            "mailertable", Mailertable);
        var resolver = new TableRouteResolver(new TableStore(folder.Load()));
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                resolver.TryResolve("u@exact.example"u8, out _);
                resolver.TryResolve("u@Y.x.exact.example"u8, out _);
                resolver.TryResolve("u@unknown.example"u8, out _);
                resolver.TryResolve("postmaster"u8, out _);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static Route Resolve(string recipient, string mailertable, string? smartHost = null)
    {
        using TableFolder folder = new TableFolder().With("mailertable", mailertable);
        if (smartHost is not null)
        {
            Assert.True(RouteParser.TryParse(smartHost, out Route route, out string error), error);
            folder.SmartHost = route;
        }

        var resolver = new TableRouteResolver(new TableStore(folder.Load()));
        Assert.True(resolver.TryResolve(Encoding.ASCII.GetBytes(recipient), out RecipientRoute found));
        return found.Route;
    }
}
