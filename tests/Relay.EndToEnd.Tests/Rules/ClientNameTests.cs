using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// The client's name: confirmed, forged, none, or not to be had now; what is said of it and what require_rdns asks
/// (Sendmail: cf/README, require_rdns).
/// </summary>
public sealed class ClientNameTests : IAsyncDisposable
{
    private const string Confirmed = "198.51.100.1";
    private const string Forged = "198.51.100.2";
    private const string Unknown = "198.51.100.3";
    private const string Slow = "198.51.100.4";
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";

    private readonly SeedWorld _world = new();

    public ClientNameTests()
    {
        _world.Names.AddClient(Confirmed, "pc.good.example");
        _world.Names.Add(
            "2.100.51.198.in-addr.arpa PTR pc.good.example",
            "4.100.51.198.in-addr.arpa TEMP",
            "7.2.0.192.in-addr.arpa TEMP",
            "open.example A 127.0.0.17");
        _world.Table("relay-domains", "open.example 10.1\n");
    }

    [Fact]
    public async Task A_name_counts_if_it_has_the_address_and_replies_and_the_trace_field_say_so()
    {
        ScriptedMailExchanger open = _world.Host("127.0.0.17");
        await _world.ServeAsync("relay.example");
        (string Client, string Shown)[] clients =
        [
            (Confirmed, "pc.good.example [198.51.100.1]"),
            (Forged, "pc.good.example [198.51.100.2] (may be forged)"),
            (Unknown, "[198.51.100.3]"),
            (Slow, "[198.51.100.4]"),
        ];
        for (int i = 0; i < clients.Length; i++)
        {
            await using SeedClient session = await _world.ConnectAsync(clients[i].Client, hello: null);
            Assert.Contains(
                $"Hello {clients[i].Shown}, pleased to meet you",
                await session.SayAsync("EHLO claimed.example"), StringComparison.Ordinal);
            await session.SendAsync("someone@sender.example", ["a@open.example"]);
            await _world.RecipientsAtAsync(open, i + 1);
        }

        foreach ((string _, string shown) in clients)
        {
            Assert.Contains(open.Mails, mail => SeedWorld.TextOf(mail)
                .Replace("\r\n\t", " ", StringComparison.Ordinal)
                .Contains($"from claimed.example ({shown})", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_client_without_a_name_is_refused_nothing_but_relaying_by_default()
    {
        await _world.ServeAsync("relay.example");
        foreach (string client in (string[])[Forged, Unknown, Slow])
        {
            Assert.Equal(Passed, await OfferAsync(client));
        }
    }

    [Fact]
    public async Task Require_rdns_refuses_those_without_a_confirmed_name_but_class_R_and_whom_access_accepts()
    {
        _world.Table("access", "Connect:192.0.2.7 OK\n");
        await _world.ServeAsync("relay.example", "access.requireRdns=true");
        Assert.Equal(Passed, await OfferAsync(Confirmed));
        Assert.Equal("550 5.7.1 Fix reverse DNS for 198.51.100.3", await OfferAsync(Unknown));
        Assert.Equal("451 4.1.8 Client IP address 198.51.100.4 does not resolve", await OfferAsync(Slow));
        Assert.Equal("451 4.1.8 Possibly forged hostname for 198.51.100.2", await OfferAsync(Forged));
        Assert.Equal(Passed, await OfferAsync("10.1.2.3"));
        Assert.Equal(Passed, await OfferAsync("192.0.2.7"));
        Assert.Equal(Passed, await OfferAsync("127.0.0.1"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private Task<string> OfferAsync(string client) =>
        _world.OfferAsync(client, "someone@sender.example", "a@open.example");
}
