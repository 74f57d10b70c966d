using Relay.EndToEnd.Tests.Seeds;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Rules;

/// <summary>What local names stand for (Sendmail: aliases(5), op.me).</summary>
public sealed class AliasTests(AliasWorld world) : IClassFixture<AliasWorld>
{
    [Theory]
    [InlineData("single@relay.example", "h5 s@w.test")]
    [InlineData("SINGLE@mine.example", "h5 s@w.test")]
    [InlineData("single", "h5 s@w.test")]
    [InlineData("root+cron@mine.example", "h5 cron@w.test")]
    [InlineData("root+x@mine.example", "h5 rest@w.test")]
    [InlineData("single+x@mine.example", "h5 s@w.test")]
    [InlineData("kept@mine.example", "h1 kept@relay.example")]
    [InlineData("box@mine.example", "h1 box@mine.example")]
    [InlineData("single@other.example", "h5 single@other.example")]
    public async Task A_local_name_is_looked_up_with_its_detail_then_with_a_star_then_without_and_no_other_name_is(
        string recipient, string arrives) => Assert.Equal(arrives, await world.SendAsync(recipient));

    [Theory]
    [InlineData("pair@mine.example", "h5 p1@w.test, h5 p2@w.test")]
    [InlineData("folded@mine.example", "h5 f1@w.test, h5 f2@w.test")]
    [InlineData("selfish@mine.example", "h1 selfish@relay.example, h5 copy@w.test")]
    public async Task C9_Each_member_gets_one_copy_blanks_and_continued_lines_are_fine_and_itself_is_a_mailbox(
        string recipient, string arrives) =>
        Assert.Equal(arrives, await world.SendAsync(arrives.Split(", ").Length, recipient));

    [Fact]
    public async Task Members_are_looked_up_again_and_duplicates_vanish() =>
        Assert.Equal(
            "h5 p1@w.test, h5 p2@w.test, h5 s@w.test",
            await world.SendAsync(3, "nested@mine.example", "single@mine.example"));

    [Fact]
    public async Task C8_The_full_address_is_looked_up_before_the_name()
    {
        Assert.Equal("h5 full@w.test", await world.SendAsync("full@mine.example"));
        Assert.Equal("h5 wrong@w.test", await world.SendAsync("full@relay.example"));
    }

    [Theory]
    [InlineData("team@mine.example", "boss@w.test")]
    [InlineData("band@mine.example", "owner-band@mine.example")]
    public async Task An_owner_who_is_one_address_takes_the_senders_place_else_owner_name_does(
        string recipient, string reversePath)
    {
        string subject = $"to {recipient}";
        await using (SeedClient client = await world.World.ConnectAsync("127.0.0.1"))
        {
            await client.SendAsync(RuleWorld.Sender, [recipient], $"Subject: {subject}\r\n\r\nx");
        }

        Assert.Equal(reversePath, SeedWorld.AddressOf((await world.MailAtAsync(5, subject)).Mail));
    }

    [Theory]
    [InlineData("included@mine.example")]
    [InlineData("quoted@mine.example")]
    public async Task An_included_file_has_one_or_more_members_a_line_and_comments(string recipient) =>
        Assert.Equal("h5 one@w.test, h5 three@w.test, h5 two@w.test", await world.SendAsync(3, recipient));

    [Fact]
    public async Task An_included_file_that_cannot_be_opened_is_refused_with_its_path() =>
        Assert.StartsWith(
            $"550 5.2.4 <missing@mine.example>... Cannot open {world.World.Mail}/nothing",
            await AskAsync("missing@mine.example"),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("a@mine.example")]
    [InlineData("n0@mine.example")]
    [InlineData("n1@mine.example")]
    public async Task A_loop_or_more_than_10_aliases_deep_is_refused(string recipient) =>
        Assert.Equal(
            "554 5.4.6 aliasing/forwarding loop broken (11 aliases deep; 10 max)", await AskAsync(recipient));

    [Fact]
    public async Task Ten_aliases_deep_is_delivered() =>
        Assert.Equal("h1 n12@relay.example", await world.SendAsync("n2@mine.example"));

    [Theory]
    [InlineData("prog@mine.example", "550 5.7.1 <prog@mine.example>... Mailing to programs is not supported")]
    [InlineData("file@mine.example", "550 5.7.1 <file@mine.example>... Mailing to files is not supported")]
    [InlineData("gone@mine.example", "550 5.1.6 <gone@mine.example>... moved away")]
    public async Task Programs_and_files_are_refused_and_an_error_says_its_text(string recipient, string reply) =>
        Assert.Equal(reply, await AskAsync(recipient));

    [Theory]
    [InlineData("\":include:/etc/passwd\"@mine.example", "Cannot mail directly to :include:s")]
    [InlineData("\"/etc/passwd\"@mine.example", "Cannot mail directly to files")]
    [InlineData("\"|sh\"@mine.example", "Cannot mail directly to programs")]
    public async Task A_client_names_no_lists_files_or_programs(string recipient, string text) =>
        Assert.Equal($"550 5.7.1 <{recipient}>... {text}", await AskAsync(recipient));

    [Fact]
    public async Task Postmaster_counts_in_any_case()
    {
        await using var other = new SeedWorld();
        ScriptedMailExchanger host = other.Host("127.0.0.18");
        other.Table("aliases", "postmaster: pm@w.test\n");
        await other.ServeAsync(RuleWorld.HostName, "smartHost=[127.0.0.18]");
        await other.SendAsync("127.0.0.1", "PostMaster@relay.example");
        Assert.Equal(["pm@w.test"], await other.RecipientsAtAsync(host, 1));
    }

    private Task<string> AskAsync(string recipient) => world.AskAsync(RuleWorld.Stranger, recipient);
}
