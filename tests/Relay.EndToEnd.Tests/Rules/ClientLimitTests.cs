using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// GreetPause:, ClientRate: and ClientConn: of access, through the whole program (Sendmail: cf/README, greet_pause,
/// ratecontrol, conncontrol).
/// </summary>
public sealed class ClientLimitTests : IAsyncDisposable
{
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";

    private readonly SeedWorld _world = new();

    public ClientLimitTests() => _world.Table("relay-domains", "open.example\n");

    [Fact]
    public async Task GreetPause_is_asked_by_name_then_by_address_with_its_tag_alone_and_0_is_no_pause()
    {
        _world.Names.AddClient("127.7.0.1", "pc.fast.example");
        _world.Names.AddClient("127.7.0.2", "pc.other.example");
        _world.Table(
            "access", "GreetPause:fast.example 0\npc.fast.example OK\nGreetPause:127.7.9 0\nother.example OK\n");
        await _world.ServeAsync("relay.example", "access.greetPause=5m");
        foreach (string fast in (string[])["127.7.0.1", "127.7.9.5"])
        {
            await using SeedClient client = await _world.ConnectAsync(fast);
            Assert.StartsWith("220 ", client.Greeting, StringComparison.Ordinal);
        }

        foreach (string slow in (string[])["127.7.0.2", "127.7.8.5"])
        {
            await using SeedClient client = await _world.ConnectAsync(slow, hello: null, tooEarly: "EHLO x");
            Assert.Equal("554 relay.example ESMTP not accepting messages", client.Greeting);
        }
    }

    [Fact]
    public async Task GreetPause_of_access_holds_back_where_there_is_no_other_and_not_a_client_that_is_refused()
    {
        _world.Table("access", "GreetPause:127.7 300000\nConnect:127.7.1 REJECT\n");
        await _world.ServeAsync("relay.example");
        await using SeedClient other = await _world.ConnectAsync("127.8.0.1");
        Assert.StartsWith("220 ", other.Greeting, StringComparison.Ordinal);
        await using SeedClient refused = await _world.ConnectAsync("127.7.1.1");
        Assert.StartsWith("220 ", refused.Greeting, StringComparison.Ordinal);
        await using SeedClient slow = await _world.ConnectAsync("127.7.0.1", hello: null, tooEarly: "EHLO x");
        Assert.StartsWith("554 ", slow.Greeting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientRate_takes_the_most_specific_prefix_then_its_default_entry_and_0_is_without_limit()
    {
        _world.Table(
            "access", "ClientRate:127.7 2\nClientRate:127.7.1.1 0\nClientRate: 1\nConnect:127.7.2.2 OK\n");
        await _world.ServeAsync("relay.example", "access.clientRate=1000");
        int[] passed = await CountAsync("127.7.3.3", "127.7.1.1", "127.8.0.1", "127.7.2.2");
        Assert.Equal([2, 4, 1, 4], passed);
        Assert.Equal(
            "452 4.3.2 Connection rate limit exceeded.",
            await _world.OfferAsync("127.7.3.3", "someone@sender.example", "a@open.example"));
    }

    [Fact]
    public async Task The_limits_come_behind_access_and_before_the_lists()
    {
        _world.Names.Add(
            "2.0.0.127.bl.list A 127.0.0.2", "5.5.7.127.bl.list A 127.0.0.2", "6.6.7.127.bl.list A 127.0.0.2");
        _world.Table("access", "ClientRate:127.7 1\nConnect:127.7.6.6 550 by access\n");
        await _world.ServeAsync("relay.example", "access.dnsbl=bl.list");
        string[] replies = new string[4];
        for (int i = 0; i < replies.Length; i++)
        {
            replies[i] = await _world.OfferAsync(
                i < 2 ? "127.7.5.5" : "127.7.6.6", "someone@sender.example", "a@open.example");
        }

        Assert.Equal("550 5.7.1 Rejected: 127.7.5.5 listed at bl.list", replies[0]);
        Assert.Equal("452 4.3.2 Connection rate limit exceeded.", replies[1]);
        Assert.Equal(["550 5.0.0 by access", "550 5.0.0 by access"], replies[2..]);
    }

    [Fact]
    public async Task ClientConn_limits_what_is_open_at_once_and_0_is_without_limit()
    {
        _world.Table("access", "ClientConn:127.7 1\nClientConn:127.7.1.1 0\n");
        await _world.ServeAsync("relay.example");
        await using SeedClient first = await _world.ConnectAsync("127.7.3.3");
        Assert.Equal(
            "452 4.3.2 Too many open connections.",
            await _world.OfferAsync("127.7.3.3", "someone@sender.example", "a@open.example"));
        Assert.Equal(Passed, await first.OfferAsync("someone@sender.example", "a@open.example"));
        await using SeedClient free = await _world.ConnectAsync("127.7.1.1");
        Assert.Equal(Passed, await _world.OfferAsync("127.7.1.1", "someone@sender.example", "a@open.example"));
        Assert.Equal(Passed, await _world.OfferAsync("127.8.0.1", "someone@sender.example", "a@open.example"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    /// <summary>How many of four connections of each client may send.</summary>
    private async Task<int[]> CountAsync(params string[] clients)
    {
        int[] passed = new int[clients.Length];
        for (int i = 0; i < clients.Length; i++)
        {
            for (int n = 0; n < 4; n++)
            {
                string reply = await _world.OfferAsync(clients[i], "someone@sender.example", "a@open.example");
                passed[i] += reply == Passed ? 1 : 0;
            }
        }

        return passed;
    }
}
