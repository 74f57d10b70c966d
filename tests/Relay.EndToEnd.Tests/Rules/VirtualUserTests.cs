namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Where mail arrives by virtusertable (Sendmail: cf/README, VIRTUSERTABLE).</summary>
public sealed class VirtualUserTests(VirtualUserWorld world) : IClassFixture<VirtualUserWorld>
{
    [Theory]
    [InlineData("user+tag@shop.example", "h5 exact@w.test")]
    [InlineData("user+else@shop.example", "h5 some-else@w.test")]
    [InlineData("user+@shop.example", "h5 any-user@w.test")]
    [InlineData("user@shop.example", "h5 plain@w.test")]
    [InlineData("x+y@other.example", "h5 some-detail@w.test")]
    [InlineData("x+@other.example", "h5 empty-detail@w.test")]
    [InlineData("x@other.example", "h5 x@w.test")]
    [InlineData("SALES@Other.example", "h5 sales@w.test")]
    public async Task Detail_is_looked_up_exactly_then_with_plusplus_then_plus_star_then_without_then_for_the_domain(
        string recipient, string arrives) => Assert.Equal(arrives, await world.SendAsync(recipient));

    [Theory]
    [InlineData("detail+more@shop.example", "h5 box+more@w.test")]
    [InlineData("user+else@shop.example", "h5 some-else@w.test")]
    public async Task Percent_1_2_and_3_are_the_user_the_detail_and_the_detail_with_its_plus(
        string recipient, string arrives) => Assert.Equal(arrives, await world.SendAsync(recipient));

    [Fact]
    public async Task A_value_without_a_domain_is_a_local_name_or_an_alias() =>
        Assert.Equal("h5 one@w.test, h5 two@w.test", await world.SendAsync(2, "webmaster@shop.example"));

    [Fact]
    public async Task The_result_is_looked_up_again() =>
        Assert.Equal("h5 exact@w.test", await world.SendAsync("again@shop.example"));

    [Fact]
    public async Task A_loop_ends_after_50_rewrites_with_a_refusal() =>
        Assert.Equal(
            "554 5.4.6 virtual addresses loop (50 rewrites max)",
            await world.AskAsync("127.0.0.1", "a@loop.example"));

    [Theory]
    [InlineData("text@shop.example", "553 5.3.0 <text@shop.example>... User unknown")]
    [InlineData("code@shop.example", "550 5.0.0 <code@shop.example>... No such user here")]
    [InlineData("status@shop.example", "550 5.7.1 <status@shop.example>... go away")]
    public async Task An_error_is_refused_at_RCPT_with_its_code_or_553(string recipient, string reply) =>
        Assert.Equal(reply, await world.AskAsync(RuleWorld.Stranger, recipient));

    [Theory]
    [InlineData("info@shop.example", "h5 fallback@w.test")]
    [InlineData("box@shop.example", "h1 box@shop.example")]
    public async Task Without_a_hit_the_name_goes_to_aliases_and_then_to_its_mailbox(
        string recipient, string arrives) => Assert.Equal(arrives, await world.SendAsync(recipient));

    [Theory]
    [InlineData("v@virtual.example", "h5 v@w.test")]
    [InlineData("x@sub.virtual.example", "h5 x@sub.virtual.example")]
    [InlineData("nobody@nowhere.example", "h5 nobody@nowhere.example")]
    public async Task It_serves_class_w_and_VIRTUSER_DOMAIN_alone(string recipient, string arrives) =>
        Assert.Equal(arrives, await world.SendAsync(recipient));

    [Fact]
    public async Task With_virtuser_entire_domain_it_serves_what_is_below_too()
    {
        await using var other = new Seeds.SeedWorld();
        other.Table("virtusertable", "@sub.virtual.example error:nouser 550 gone\n");
        await other.ServeAsync(
            RuleWorld.HostName, "tables.virtUserDomains=virtual.example", "tables.virtUserEntireDomain=true");
        Assert.Equal(
            "550 5.0.0 <x@sub.virtual.example>... gone",
            await other.OfferAsync(RuleWorld.Stranger, RuleWorld.Sender, "x@sub.virtual.example"));
    }
}
