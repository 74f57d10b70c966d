using Relay.EndToEnd.Tests.Seeds;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Which of several reasons a client hears (Sendmail: the order of checks in one session).</summary>
public sealed class SessionOrderTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    [Theory]
    [InlineData("MAIL FROM:<a@reject.v.example> SIZE=99999999999",
        "552 5.2.3 Message size exceeds fixed maximum message size")]
    [InlineData("MAIL FROM:<a@reject.v.example> SIZE=none", "501 5.5.")]
    [InlineData("MAIL FROM:<a@reject.v.example> WORD=1", "555 5.5.4 ")]
    [InlineData("MAIL FROM:a@reject.v.example>", "501 5.")]
    [InlineData("MAIL FROM:<a@reject.v.example>", "550 5.7.1 <a@reject.v.example>... Access denied")]
    public async Task At_MAIL_syntax_and_SIZE_come_before_what_access_says_of_the_sender(string command, string reply)
    {
        await using SeedClient client = await world.World.ConnectAsync(RuleWorld.Stranger);
        Assert.StartsWith(reply, await client.SayAsync(command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_MAIL_what_access_says_comes_before_a_missing_domain_and_the_null_path_is_always_OK()
    {
        await using SeedClient client = await world.World.ConnectAsync(RuleWorld.Stranger);
        Assert.Equal("550 5.7.1 <joe>... Access denied", await client.SayAsync("MAIL FROM:<joe>"));
        Assert.StartsWith("553 5.5.4 <eric>... ", await client.SayAsync("MAIL FROM:<eric>"), StringComparison.Ordinal);
        Assert.Equal("250 2.1.0 <>... Sender ok", await client.SayAsync("MAIL FROM:<>"));
    }

    [Theory]
    [InlineData("a@reject.v.example", "550 5.2.1 ")] // on the blocklist, and not relayed to
    [InlineData("nobody@far.example", "550 5.7.1 <nobody@far.example>... Relaying denied")]
    [InlineData("nobody@mine.example", "550 5.1.1 <nobody@mine.example>... User unknown")]
    public async Task At_RCPT_the_blocklist_comes_before_relay_permission_and_that_before_who_is_known(
        string recipient, string reply) =>
        Assert.StartsWith(reply, await world.AskAsync(RuleWorld.Stranger, recipient), StringComparison.Ordinal);

    [Fact]
    public async Task A_client_whom_access_refuses_with_421_hears_it_in_place_of_the_banner_and_is_closed()
    {
        await using var other = new SeedWorld();
        other.Table("access", "Connect:127.7.0.1 ERROR:4.7.0:421 come again later\n");
        await other.ServeAsync(RuleWorld.HostName);
        await using SeedClient client = await other.ConnectAsync("127.7.0.1", hello: null);
        Assert.Equal("421 4.7.0 come again later", client.Greeting);
        await Assert.ThrowsAsync<IOException>(() => client.SayAsync("NOOP"));
    }
}
