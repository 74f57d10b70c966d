using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Lists in the DNS as clients see them (Sendmail: cf/README, dnsbl and enhdnsbl).</summary>
public sealed class BlocklistTests(BlocklistWorld world) : IClassFixture<BlocklistWorld>
{
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";

    [Theory]
    [InlineData("192.0.2.1", "550 5.7.1 Rejected: 192.0.2.1 listed at first.list")]
    [InlineData("192.0.2.99", Passed)]
    public async Task A_client_on_a_list_is_refused_with_the_names_of_both_and_any_other_passes(
        string client, string reply) => Assert.Equal(reply, await world.AskAsync(client, "a@open.example"));

    [Theory]
    [InlineData("192.0.2.2", "553 5.7.1 Mail from 192.0.2.2 refused by [192.0.2.2]")]
    [InlineData("192.0.2.3", "450 4.7.1 Mail from 192.0.2.3 refused - see x")]
    public async Task A_list_has_its_own_text_with_its_code_and_the_clients_address_and_name(
        string client, string reply) => Assert.Equal(reply, await world.AskAsync(client, "a@open.example"));

    [Fact]
    public async Task A_list_that_discards_accepts_and_drops_and_one_that_quarantines_holds()
    {
        foreach (int client in (int[])[4, 5])
        {
            await using SeedClient session = await world.World.ConnectAsync($"192.0.2.{client}");
            await session.SendAsync(RuleWorld.Sender, [$"from{client}@open.example"]);
        }

        string list = (await world.World.QueueAsync("list")).Output;
        Assert.DoesNotContain("from4@open.example", list, StringComparison.Ordinal);
        Assert.Contains("from5@open.example", list, StringComparison.Ordinal);
        Assert.Contains("192.0.2.5 listed at held.list", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.6", Passed)]
    [InlineData("192.0.2.16", "550 5.7.1 Rejected: 192.0.2.16 listed at answers.list")]
    public async Task With_answers_expected_they_alone_list(string client, string reply) =>
        Assert.Equal(reply, await world.AskAsync(client, "a@open.example"));

    [Theory]
    [InlineData("192.0.2.7", "451 4.4.3 Temporary lookup failure of 192.0.2.7 at temp.list")]
    [InlineData("192.0.2.8", "450 4.4.3 ask again")]
    [InlineData("192.0.2.9", Passed)]
    public async Task A_list_that_cannot_be_asked_defers_with_t_or_its_text_and_passes_without(
        string client, string reply) => Assert.Equal(reply, await world.AskAsync(client, "a@open.example"));

    [Fact]
    public async Task Lists_are_asked_in_their_order_until_one_decides()
    {
        Assert.Equal(
            "550 5.7.1 Rejected: 192.0.2.20 listed at first.list",
            await world.AskAsync("192.0.2.20", "a@open.example"));
        Assert.Contains("20.2.0.192.first.list A", world.World.Names.Questions);
        Assert.DoesNotContain("20.2.0.192.own.list A", world.World.Names.Questions);
    }

    [Theory]
    [InlineData("192.0.2.21", "21.2.0.192.first.list A")]
    [InlineData("192.0.2.22", "22.2.0.192.first.list A")]
    [InlineData("127.0.0.1", "1.0.0.127.own.list A")]
    public async Task A_client_whom_access_accepts_is_asked_of_no_list(string client, string question)
    {
        Assert.Equal(Passed, await world.AskAsync(client, "a@open.example"));
        if (client != "127.0.0.1") // whom the lists' own test asks for
        {
            Assert.DoesNotContain(question, world.World.Names.Questions);
        }
    }

    [Theory]
    [InlineData("10.1.0.9")]
    [InlineData("192.0.2.23")]
    public async Task Class_R_exempts_nobody(string client) =>
        Assert.Equal(
            $"550 5.7.1 Rejected: {client} listed at first.list", await world.AskAsync(client, "a@open.example"));

    [Fact]
    public async Task IPv6_clients_are_not_looked_up() =>
        Assert.Equal(Passed, await world.AskAsync("2001:db8::1", "a@open.example"));

    [Fact]
    public async Task A_listed_client_is_greeted_offered_nothing_and_refused_at_every_command_that_moves_mail()
    {
        await using SeedClient client = await world.World.ConnectAsync("192.0.2.1", hello: null);
        const string Refusal = "550 5.7.1 Rejected: 192.0.2.1 listed at first.list";
        Assert.StartsWith("220 relay.example ESMTP", client.Greeting, StringComparison.Ordinal);
        Assert.Equal("250 ENHANCEDSTATUSCODES", (await client.SayAsync("EHLO x")).Split('\n')[^1]);
        foreach (string command in (string[])["MAIL FROM:<>", "RCPT TO:<a@open.example>", "DATA", "VRFY x", "ETRN x"])
        {
            Assert.Equal(Refusal, await client.SayAsync(command));
        }

        foreach (string command in (string[])["NOOP", "RSET", "HELO x"])
        {
            Assert.StartsWith("250", await client.SayAsync(command), StringComparison.Ordinal);
        }

        Assert.StartsWith("500 ", await client.SayAsync("NONSENSE"), StringComparison.Ordinal);
        Assert.StartsWith("221 ", await client.SayAsync("QUIT"), StringComparison.Ordinal);
    }
}
