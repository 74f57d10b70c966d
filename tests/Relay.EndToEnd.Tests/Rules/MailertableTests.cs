namespace Relay.EndToEnd.Tests.Rules;

/// <summary>Where mail arrives by mailertable (Sendmail: cf/README, MAILERTABLE).</summary>
public sealed class MailertableTests(MailertableWorld world) : IClassFixture<MailertableWorld>
{
    [Theory]
    [InlineData("u@exact.example", "h1 u@exact.example")]
    [InlineData("u@Upper.example", "h1 u@Upper.example")]
    [InlineData("u@sub.exact.example", "h2 u@sub.exact.example")]
    [InlineData("u@a.walk.example", "h1 u@a.walk.example")]
    [InlineData("u@x.a.walk.example", "h2 u@x.a.walk.example")]
    [InlineData("u@walk.example", "h5 u@walk.example")]
    [InlineData("u@by-mx.example", "h5 u@by-mx.example")]
    public async Task The_name_itself_then_dot_and_each_parent_then_the_smart_host_and_the_recipient_stays(
        string recipient, string arrives) => Assert.Equal(arrives, await world.SendAsync(recipient));

    [Theory]
    [InlineData("u@esmtp.example", "h3 u@esmtp.example")]
    [InlineData("u@relay-mailer.example", "h4 u@relay-mailer.example")]
    [InlineData("u@plain.example", "h2 u@plain.example")]
    public async Task Smtp_esmtp_and_relay_are_one_and_a_host_alone_is_relay(string recipient, string arrives) =>
        Assert.Equal(arrives, await world.SendAsync(recipient));

    [Theory]
    [InlineData("u@mx.example", "h3 u@mx.example")]
    [InlineData("u@a-only.example", "h1 u@a-only.example")]
    [InlineData("u@literal.example", "h4 u@literal.example")]
    [InlineData("u@port.example", "h2 u@port.example")]
    public async Task A_host_is_looked_up_for_MX_unless_it_is_in_brackets_and_may_be_an_address(
        string recipient, string arrives) => Assert.Equal(arrives, await world.SendAsync(recipient));

    [Fact]
    public async Task A_user_before_the_host_takes_the_recipients_place() =>
        Assert.Equal("h3 boss@h3.test", await world.SendAsync("u@user.example"));

    [Fact]
    public async Task Percent_1_is_what_stands_left_of_the_suffix() =>
        Assert.Equal("h4 u@pc.my.example", await world.SendAsync("u@pc.my.example"));

    [Theory]
    [InlineData("u@order.example", "h3 u@order.example")]
    [InlineData("u@equal.example", "h4 u@equal.example")]
    public async Task Of_several_hosts_the_next_is_tried_when_one_is_dead(string recipient, string arrives) =>
        Assert.Equal(arrives, await world.SendAsync(recipient));

    [Theory]
    [InlineData("fred@local.example", "h1 fred@exact.example")]
    [InlineData("anyone@named.example", "h3 joe@esmtp.example")]
    public async Task Local_delivers_here_to_the_same_user_or_to_the_one_named(string recipient, string arrives) =>
        Assert.Equal(arrives, await world.SendAsync(recipient));

    [Fact]
    public async Task Local_for_a_user_who_is_nobody_is_refused_at_RCPT() =>
        Assert.Equal(
            "550 5.1.1 <ghost@local.example>... User unknown",
            await world.AskAsync("127.0.0.1", "ghost@local.example"));

    [Theory]
    [InlineData("u@code.example", "550 5.1.1 <u@code.example>... Nobody here")]
    [InlineData("u@word.example", "553 5.3.0 <u@word.example>... No such host")]
    [InlineData("u@text.example", "553 5.3.0 <u@text.example>... no mail here")]
    [InlineData("u@later.example", "451 4.3.0 come again")]
    public async Task Error_is_refused_at_RCPT_with_its_code_or_553(string recipient, string reply) =>
        Assert.Equal(reply, await world.AskAsync("127.0.0.1", recipient));

    [Fact]
    public async Task A_host_that_is_ourselves_is_as_if_the_entry_were_not_there() =>
        Assert.Equal("h5 u@own.example", await world.SendAsync("u@own.example"));

    [Fact]
    public async Task Our_own_names_are_not_looked_up_and_literals_are_not_either()
    {
        Assert.Equal(
            "550 5.1.1 <u@ours.example>... User unknown", await world.AskAsync("127.0.0.1", "u@ours.example"));
        Assert.Equal("h5 u@[192.0.2.1]", await world.SendAsync("u@[192.0.2.1]"));
    }

    [Fact]
    public async Task Virtusertable_comes_before() =>
        Assert.Equal("h1 v@exact.example", await world.SendAsync("v@ours.example"));

    [Fact]
    public async Task Discard_takes_the_mail_and_drops_it()
    {
        Assert.Equal("h1 kept@exact.example", await world.SendAsync(1, "gone@drop.example", "kept@exact.example"));
        await world.World.DrainAsync();
    }

    [Fact]
    public async Task A_dot_alone_stands_for_everything_else_and_an_unknown_mailer_is_an_error_with_its_line()
    {
        await using var other = new Seeds.SeedWorld();
        Relay.Testing.ScriptedMailExchanger all = other.Host("127.0.0.18");
        other.Table("mailertable", ". smtp:[127.0.0.18]\n");
        await other.ServeAsync(RuleWorld.HostName, "smartHost=[127.0.0.19]");
        await other.SendAsync("127.0.0.1", "a@any.example");
        Assert.Equal(["a@any.example"], await other.RecipientsAtAsync(all, 1));
        other.Table("mailertable", ". smtp:[127.0.0.18]\nx.example xnet:y.example\n");
        Assert.Contains("mailertable:2: error: ", await other.CheckAsync(exitCode: 78), StringComparison.Ordinal);
    }
}
