namespace Relay.EndToEnd.Tests.Rules;

/// <summary>
/// Which entry of access counts: forms of keys, tags, walks, and when each is asked (Sendmail: access_db).
/// </summary>
public sealed class AccessKeyTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    private const string Recipient = "a@open.example";
    private const string Passed = "250 2.1.5 <a@open.example>... Recipient ok";
    private const string Refused = "550 5.7.1 Access denied";

    [Theory]
    [InlineData("spam@full.example", "550 5.7.1 <spam@full.example>... Access denied")]
    [InlineData("SPAM@Full.example", "550 5.7.1 <SPAM@Full.example>... Access denied")]
    [InlineData("spam+x@full.example", "550 5.7.1 <spam+x@full.example>... Access denied")]
    [InlineData("det+EXACT@full.example", "550 5.0.0 <det+EXACT@full.example>... with this detail")]
    [InlineData("det+x@full.example", "550 5.0.0 <det+x@full.example>... with detail")]
    [InlineData("det@full.example", Passed)]
    [InlineData("other@full.example", Passed)]
    public async Task A_full_address_is_looked_up_with_its_detail_then_with_a_star_then_without(
        string sender, string reply) => Assert.Equal(reply, await FromAsync(sender));

    [Theory]
    [InlineData("bulk@sender.example", Recipient, "550 5.7.1 <bulk@sender.example>... Access denied")]
    [InlineData(RuleWorld.Sender, "bulk@open.example", "250 2.1.5 <bulk@open.example>... Recipient ok")]
    [InlineData(RuleWorld.Sender, "bulk@mine.example",
        "550 5.2.1 <bulk@mine.example>... Mailbox disabled for this recipient")]
    public async Task A_local_part_counts_for_senders_of_any_domain_and_recipients_of_our_own(
        string sender, string recipient, string reply) =>
        Assert.Equal(reply, await world.AskAsync(RuleWorld.Stranger, recipient, sender));

    [Theory]
    [InlineData("a@dom.example", "550 5.7.1 <a@dom.example>... Access denied")]
    [InlineData("a@sub.dom.example", "550 5.7.1 <a@sub.dom.example>... Access denied")]
    [InlineData("a@fine.dom.example", Passed)]
    [InlineData("a@nodom.example", Passed)]
    [InlineData("a@x.badtld", "550 5.7.1 <a@x.badtld>... Access denied")]
    public async Task A_domain_stands_for_itself_and_all_below_it_a_top_level_domain_too(string sender, string reply) =>
        Assert.Equal(reply, await FromAsync(sender));

    [Theory]
    [InlineData("192.168.66.5", Refused)]
    [InlineData("192.168.6.65", Passed)]
    [InlineData("192.168.7.7", Refused)]
    [InlineData("192.168.7.70", Passed)]
    [InlineData("172.21.1.1", Refused)]
    [InlineData("172.24.1.1", Passed)]
    [InlineData("2001:db8:bad::1", Refused)]
    [InlineData("2001:db8:bad1::1", Passed)]
    [InlineData("2001:db8:1::7", Refused)]
    [InlineData("2001:db8:1::8", Passed)]
    public async Task A_prefix_of_an_address_counts_on_the_borders_of_octets_or_groups_a_whole_one_for_one_host(
        string client, string reply) => Assert.Equal(reply, await world.AskAsync(client, Recipient));

    [Theory]
    [InlineData("192.0.3.3", Refused)]
    [InlineData("192.0.3.4", Passed)]
    [InlineData("192.0.9.200", Refused)]
    public async Task A_client_without_a_name_is_its_address_in_brackets_which_loses_octets_within_them(
        string client, string reply) => Assert.Equal(reply, await world.AskAsync(client, Recipient));

    [Fact]
    public async Task C2_A_key_with_the_tag_is_looked_up_before_the_same_without()
    {
        Assert.Equal(Passed, await world.AskAsync(AccessWorld.AddressOf("pc.tag.example"), Recipient));
        Assert.Equal("550 5.7.1 <a@tag.example>... Access denied", await FromAsync("a@tag.example"));
    }

    [Fact]
    public async Task A_more_specific_key_without_a_tag_beats_its_parent_with_one()
    {
        Assert.Equal(Refused, await world.AskAsync(AccessWorld.AddressOf("x.child.parent.example"), Recipient));
        Assert.Equal(Passed, await world.AskAsync(AccessWorld.AddressOf("pc.parent.example"), Recipient));
    }

    [Fact]
    public async Task SKIP_ends_the_walk_with_nothing_found()
    {
        Assert.Equal(Passed, await world.AskAsync(AccessWorld.AddressOf("pc.skip.walk.example"), Recipient));
        Assert.Equal(Refused, await world.AskAsync(AccessWorld.AddressOf("pc.walk.example"), Recipient));
    }

    [Fact]
    public async Task At_the_connection_the_name_is_asked_and_only_if_nothing_is_found_the_address()
    {
        Assert.Equal(Passed, await world.AskAsync("198.51.100.40", Recipient));
        Assert.Equal(Refused, await world.AskAsync("198.51.100.41", Recipient));
    }

    [Fact]
    public async Task At_the_connection_SKIP_of_the_name_is_nothing_found_and_the_address_is_asked() =>
        Assert.Equal(Refused, await world.AskAsync("198.51.100.42", Recipient));

    [Fact]
    public async Task At_MAIL_an_address_without_a_domain_is_looked_up_as_user_only() =>
        Assert.Equal("550 5.7.1 <joe>... Access denied", await FromAsync("joe"));

    [Theory]
    [InlineData("a@nowhere.example")]
    [InlineData("a@nowhere2.example")]
    public async Task At_MAIL_OK_and_RELAY_override_a_domain_that_does_not_exist(string sender) =>
        Assert.Equal(Passed, await FromAsync(sender));

    [Fact]
    public async Task At_MAIL_the_null_reverse_path_is_not_looked_up() =>
        Assert.Equal(Passed, await FromAsync(string.Empty));

    [Theory]
    [InlineData("box@open.example", "550 5.0.0 <box@open.example>... box")]
    [InlineData("box+x@open.example", "550 5.0.0 <box+x@open.example>... box")]
    [InlineData("box@x.dom.example", "550 5.2.1 <box@x.dom.example>... Mailbox disabled for this recipient")]
    [InlineData("a@reject.v.example", "550 5.2.1 <a@reject.v.example>... Mailbox disabled for this recipient")]
    [InlineData("a@sub.reject.v.example",
        "550 5.2.1 <a@sub.reject.v.example>... Mailbox disabled for this recipient")]
    public async Task Step_2_at_RCPT_the_blocklist_asks_by_address_user_domain_and_parents(
        string recipient, string reply) => Assert.Equal(reply, await world.AskAsync(RuleWorld.Stranger, recipient));

    [Fact]
    public async Task Step_2_the_blocklist_comes_before_the_permission_of_this_machine() =>
        Assert.Equal(
            "550 5.0.0 <box@open.example>... box", await world.AskAsync("127.0.0.1", "box@open.example"));

    [Fact]
    public async Task Of_two_entries_for_a_key_the_first_counts_one_without_a_value_does_not_and_both_are_told()
    {
        Assert.Equal("550 5.7.1 <a@twice.example>... Access denied", await FromAsync("a@twice.example"));
        Assert.Equal(Passed, await FromAsync("a@novalue.example"));
        string check = await world.World.CheckAsync();
        Assert.Contains(
            $"access:{AccessWorld.LineOf("twice.example OK")}: warning: duplicate key", check,
            StringComparison.Ordinal);
        Assert.Contains(
            $"access:{AccessWorld.LineOf("novalue.example")}: warning: the key", check, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C2_Entries_without_a_tag_are_told_of() =>
        Assert.Contains(
            $"access:{AccessWorld.LineOf("dom.example REJECT")}: warning: \"dom.example\" has no tag",
            await world.World.CheckAsync(),
            StringComparison.Ordinal);

    private Task<string> FromAsync(string sender) => world.AskAsync(RuleWorld.Stranger, Recipient, sender);
}
