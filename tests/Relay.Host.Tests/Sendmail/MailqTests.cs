using System.Text.Json;
using Relay.Host.Admin;
using Relay.Host.Sendmail;
using Relay.Host.Tests.Admin;
using Relay.Queue;
using static System.StringComparison;

namespace Relay.Host.Tests.Sendmail;

/// <summary>Sendmail: "mailq / sendmail -bp".</summary>
public class MailqTests
{
    private const string Counts =
        """{"directory":"/var/spool/mqueue","requests":2,"queued":1,"deferred":1,"held":0,"delivered":7}""";

    private const string Deferred =
        """
        {"id":"1K7UFNACD00000","state":"deferred","received":"2000-11-03T17:13:00Z","attempts":1,"size":27,
        "from":"root@ux-mail1.arkum.ch","recipients":[
        {"to":"martin.zahn@plenaxx.ch","reply":"Connection reset by nt-mail1.plenaxx.ch."}]}
        """;

    [Fact]
    public void A_message_is_printed_as_sendmail_prints_it_with_a_summary_line()
    {
        DateTime local = new DateTime(2000, 11, 3, 17, 13, 0, DateTimeKind.Utc).ToLocalTime();
        Assert.Equal(
            $"""
            		/var/spool/mqueue (2 requests)
            ------Q-ID------ --Size-- -----Q-Time----- -----------Sender/Recipient----------
            1K7UFNACD00000         27 {local:ddd MMM} {local.Day,2} {local:HH:mm} <root@ux-mail1.arkum.ch>
                             (Deferred: Connection reset by nt-mail1.plenaxx.ch.)
            					 <martin.zahn@plenaxx.ch>
            		Queued: 1, Deferred: 1, Held: 0, Delivered: 7
            		Total requests: 1

            """,
            Print(Counts, Deferred));
    }

    [Fact]
    public void An_empty_queue_says_so_in_both_words()
    {
        string empty = Counts.Replace("\"requests\":2,\"queued\":1", "\"requests\":0,\"queued\":0", Ordinal)
            .Replace("\"deferred\":1", "\"deferred\":0", Ordinal);
        Assert.Equal(
            "/var/spool/mqueue is empty\n\t\tQueue Empty, Delivered: 7\n\t\tTotal requests: 0\n", Print(empty));
    }

    [Fact]
    public void The_reason_is_cut_at_60_characters_and_at_100_with_v()
    {
        string line = Deferred.Replace("Connection reset", new string('x', 200), Ordinal);
        string reason = "Deferred: " + new string('x', 200);
        Assert.Contains($"   ({reason[..60]})\n", Print(Counts, line), Ordinal);
        string verbose = Print(isVerbose: true, counts: false, Counts, line);
        Assert.Contains($"   ({reason[..100]})\n", verbose, Ordinal);
        Assert.Contains("-Priority-", verbose, Ordinal);
        Assert.Contains("     120027 ", verbose, Ordinal); // 27 + 30000 + 90000
    }

    [Theory]
    [InlineData("\"active\"", "1K7UFNACD00000*        27")]
    [InlineData("\"active\"", "   (Deferred: Connection reset")]
    [InlineData("\"held\"", "     QUARANTINE: held\n")]
    [InlineData("\"quarantined\",\"reason\":\"spam\"", "     QUARANTINE: spam\n")]
    public void Work_under_way_is_marked_and_what_is_held_says_why(string state, string expected) =>
        Assert.Contains(
            expected, Print(Counts, Deferred.Replace("\"deferred\"", state, Ordinal)),
            Ordinal);

    [Fact]
    public void The_body_type_stands_before_the_reason()
    {
        string line = Deferred.Replace("\"size\"", "\"body\":\"8BITMIME\",\"size\"", Ordinal);
        Assert.Contains("      8BITMIME   (Deferred: ", Print(Counts, line), Ordinal);
    }

    [Fact]
    public void Capital_p_counts_only() => Assert.Equal(
        "/here: entries=2\n", Print(isVerbose: false, counts: true, Counts, Deferred, Deferred));

    [Fact]
    public void What_mail_brings_cannot_move_the_terminal()
    {
        string line = Deferred.Replace("martin", "\\u001b[2Jmartin", Ordinal);
        Assert.DoesNotContain('\u001b', Print(Counts, line));
    }

    [Fact]
    public async Task The_admin_socket_lists_messages_with_all_unfinished_recipients()
    {
        await using var fixture = new AdminFixture();
        QueueId id = await fixture.AddAsync("a@b.example", "c@d.example", "e@f.example");

        (IReadOnlyList<JsonElement> lines, string? error) = await fixture.AskAsync("mailq");

        Assert.Null(error);
        Assert.Equal(1, lines[0].GetProperty("requests").GetInt64());
        Assert.Equal(1, lines[0].GetProperty("deferred").GetInt64());
        Assert.Equal(id.ToString(), lines[1].GetProperty("id").GetString());
        Assert.Equal(
            ["c@d.example", "e@f.example"],
            lines[1].GetProperty("recipients").EnumerateArray().Select(static r => r.GetProperty("to").GetString()));
    }

    [Theory]
    [InlineData("R=d.example", 1)]
    [InlineData("R=D.EXAMPLE", 1)]
    [InlineData("!R=d.example", 2)]
    [InlineData("S=a%40b", 2)]
    [InlineData("S=a%40b R=f.example", 1)]
    [InlineData("I=nosuch", 0)]
    [InlineData("!I=nosuch", 3)]
    public async Task Filters_select_by_part_and_all_must_match(string filters, int expected)
    {
        await using var fixture = new AdminFixture();
        await fixture.AddAsync("a@b.example", "c@d.example");
        await fixture.AddAsync("a@b.example", "e@f.example");
        await fixture.AddAsync("x@y.example", "e@f.example");

        (IReadOnlyList<JsonElement> lines, string? error) = await fixture.AskAsync($"mailq {filters}");
        Assert.Null(error);
        Assert.Equal(expected, lines.Count - 1);

        (lines, error) = await fixture.AskAsync($"run {filters}");
        Assert.Null(error);
        Assert.Equal($"{expected} messages are attempted now", lines[0].GetProperty("line").GetString());
        Assert.Equal(expected, fixture.ReadyAgain.Count);
    }

    [Fact]
    public async Task Held_messages_alone_are_listed_for_q_capital_q()
    {
        await using var fixture = new AdminFixture();
        QueueId id = await fixture.AddAsync("a@b.example", "c@d.example");
        await fixture.AddAsync("a@b.example", "e@f.example");
        await fixture.AskAsync($"hold {id}");
        (IReadOnlyList<JsonElement> lines, _) = await fixture.AskAsync("mailq held");
        Assert.Equal(id.ToString(), Assert.Single(lines.Skip(1)).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("mailq X=1")]
    [InlineData("run X=1")]
    [InlineData("run verbose X")]
    public async Task An_unknown_filter_is_an_error(string request)
    {
        await using var fixture = new AdminFixture();
        Assert.Equal("unknown filter", (await fixture.AskAsync(request)).Error);
    }

    [Theory]
    [InlineData(false, 4711u, null)]
    [InlineData(true, 0u, null)]
    [InlineData(true, 4711u, "You are not permitted to see the queue")]
    [InlineData(true, null, "You are not permitted to see the queue")]
    public async Task Restrictmailq_keeps_the_queue_to_root_and_the_relays_user(
        bool isRestricted, uint? user, string? expected)
    {
        await using var fixture = new AdminFixture();
        var commands = new MailqCommands(fixture.Report, () => isRestricted);
        using var response = new AdminResponse(Stream.Null, TimeProvider.System);
        Assert.Equal(expected, await commands.RunAsync("mailq", user, response, CancellationToken.None));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("run")]
    [InlineData("flush")]
    [InlineData("delete x")]
    public async Task The_socket_for_all_answers_mailq_only(string request)
    {
        await using var fixture = new AdminFixture();
        using var response = new AdminResponse(Stream.Null, TimeProvider.System);
        var commands = new MailqCommands(fixture.Report, () => false);
        Assert.Equal(
            "only mailq is answered here", await commands.RunAsync(request, 0, response, CancellationToken.None));
    }

    private static string Print(params string[] lines) => Print(isVerbose: false, counts: false, lines);

    private static string Print(bool isVerbose, bool counts, params string[] lines)
    {
        using var output = new StringWriter();
        var text = new MailqText(output, isVerbose, counts, "/here");
        foreach (string line in lines)
        {
            text.Add(line);
        }

        text.End();
        return output.ToString();
    }
}
