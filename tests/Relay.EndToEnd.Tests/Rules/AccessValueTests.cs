using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>What each value of access does at the connection, at MAIL and at RCPT (Sendmail: access_db).</summary>
public sealed class AccessValueTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";

    [Theory]
    [InlineData("ok", Passed)]
    [InlineData("relay", Passed)]
    [InlineData("reject", "550 5.7.1 Access denied")]
    [InlineData("discard", Passed)]
    [InlineData("skip", Passed)]
    [InlineData("hold", Passed)]
    [InlineData("error", "550 5.0.0 no  such   user")]
    [InlineData("quoted", "550 5.0.0 quoted  text")]
    [InlineData("status", "551 5.7.7 with status")]
    [InlineData("bare", "550 5.0.0 bare text")]
    [InlineData("text", "553 5.3.0 text without a code")]
    [InlineData("later", "450 4.2.1 come again")]
    public async Task A_client_is_accepted_or_refused_as_its_value_says(string value, string reply) =>
        Assert.Equal(
            reply, await world.AskAsync(AccessWorld.AddressOf($"pc.{value}.v.example"), "a@open.example"));

    [Theory]
    [InlineData("ok", Passed)]
    [InlineData("relay", Passed)]
    [InlineData("reject", "550 5.7.1 <a@reject.v.example>... Access denied")]
    [InlineData("discard", Passed)]
    [InlineData("skip", Passed)]
    [InlineData("hold", Passed)]
    [InlineData("error", "550 5.0.0 <a@error.v.example>... no  such   user")]
    [InlineData("quoted", "550 5.0.0 <a@quoted.v.example>... quoted  text")]
    [InlineData("status", "551 5.7.7 with status")]
    [InlineData("bare", "550 5.0.0 <a@bare.v.example>... bare text")]
    [InlineData("text", "553 5.3.0 <a@text.v.example>... text without a code")]
    [InlineData("later", "450 4.2.1 <a@later.v.example>... come again")]
    public async Task A_sender_is_accepted_or_refused_as_its_value_says(string value, string reply) =>
        Assert.Equal(
            reply, await world.AskAsync(RuleWorld.Stranger, "a@open.example", $"a@{value}.v.example"));

    [Theory]
    [InlineData("ok", "250 2.1.5 <a@ok.v.example>... Recipient ok")]
    [InlineData("relay", "250 2.1.5 <a@relay.v.example>... Recipient ok")]
    [InlineData("reject", "550 5.2.1 <a@reject.v.example>... Mailbox disabled for this recipient")]
    [InlineData("discard", "250 2.1.5 <a@discard.v.example>... Recipient ok")]
    [InlineData("skip", "250 2.1.5 <a@skip.v.example>... Recipient ok")]
    [InlineData("hold", "250 2.1.5 <a@hold.v.example>... Recipient ok")]
    [InlineData("error", "550 5.0.0 <a@error.v.example>... no  such   user")]
    [InlineData("quoted", "550 5.0.0 <a@quoted.v.example>... quoted  text")]
    [InlineData("status", "551 5.7.7 with status")]
    [InlineData("bare", "550 5.0.0 <a@bare.v.example>... bare text")]
    [InlineData("text", "553 5.3.0 <a@text.v.example>... text without a code")]
    [InlineData("later", "450 4.2.1 <a@later.v.example>... come again")]
    public async Task A_recipient_is_accepted_or_refused_as_its_value_says(string value, string reply) =>
        Assert.Equal(reply, await world.AskAsync("127.0.0.1", $"a@{value}.v.example"));

    [Theory]
    [InlineData("ok", false)]
    [InlineData("relay", true)]
    [InlineData("skip", false)]
    [InlineData("hold", false)]
    public async Task Of_all_values_RELAY_alone_lets_a_recipient_be_relayed_to(string value, bool relays) =>
        Assert.StartsWith(
            relays ? "250" : "550 5.7.1",
            await world.AskAsync(RuleWorld.Stranger, $"a@{value}.v.example"), StringComparison.Ordinal);

    [Theory]
    [InlineData("ok", false)]
    [InlineData("relay", true)]
    [InlineData("skip", false)]
    [InlineData("hold", false)]
    public async Task Of_all_values_RELAY_alone_lets_a_client_relay(string value, bool relays) =>
        Assert.Equal(relays, await world.MayRelayAsync(AccessWorld.AddressOf($"pc.{value}.v.example")));

    [Fact]
    public async Task RELAY_without_a_tag_permits_to_the_domain_and_from_its_clients_and_accepts_its_senders()
    {
        Assert.StartsWith(
            "250", await world.AskAsync(RuleWorld.Stranger, "a@relay.v.example"), StringComparison.Ordinal);
        Assert.True(await world.MayRelayAsync(AccessWorld.AddressOf("pc.relay.v.example")));
        Assert.Equal(Passed, await world.AskAsync(RuleWorld.Stranger, "a@open.example", "a@relay.v.example"));
        Assert.StartsWith(
            "550 5.7.1",
            await world.AskAsync(RuleWorld.Stranger, "a@far.example", "a@relay.v.example"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client")]
    [InlineData("sender")]
    [InlineData("recipient")]
    public async Task QUARANTINE_accepts_the_message_and_holds_it_with_its_reason(string what)
    {
        string client = what == "client" ? AccessWorld.AddressOf("pc.hold.v.example") : "127.0.0.1";
        string sender = what == "sender" ? "a@hold.v.example" : RuleWorld.Sender;
        string recipient = what == "recipient" ? "sender-fine@hold.v.example" : $"held-by-{what}@open.example";
        await using (SeedClient session = await world.World.ConnectAsync(client))
        {
            await session.SendAsync(sender, [recipient]);
        }

        string list = (await world.World.QueueAsync("list")).Output;
        Assert.Contains(recipient, list, StringComparison.Ordinal);
        Assert.Contains("look at it", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DISCARD_of_one_recipient_drops_the_whole_message_and_that_of_a_client_or_a_sender_all_of_theirs()
    {
        ScriptedMailExchanger open = world.World.Host("127.0.0.17");
        world.World.Names.Add("open.example A 127.0.0.17");
        await SendAsync(AccessWorld.AddressOf("pc.discard.v.example"), RuleWorld.Sender, "dropped1@open.example");
        await SendAsync(RuleWorld.Stranger, "a@discard.v.example", "dropped2@open.example");
        await SendAsync(
            "127.0.0.1", RuleWorld.Sender, "dropped3@open.example", "x@discard.v.example", "dropped4@open.example");
        await SendAsync(RuleWorld.Stranger, RuleWorld.Sender, "kept@open.example");
        Assert.Equal(["kept@open.example"], await world.World.RecipientsAtAsync(open, 1));
        string list = (await world.World.QueueAsync("list")).Output;
        Assert.DoesNotContain("dropped", list, StringComparison.Ordinal);
    }

    private async Task SendAsync(string client, string sender, params string[] recipients)
    {
        await using SeedClient session = await world.World.ConnectAsync(client);
        await session.SendAsync(sender, recipients);
    }
}
