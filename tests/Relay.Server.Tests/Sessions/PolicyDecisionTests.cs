using System.Text;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Smtp;

namespace Relay.Server.Tests.Sessions;

/// <summary>
/// Everything that a policy may decide about a connection, a sender and a recipient, beside refusing.
/// </summary>
public sealed class PolicyDecisionTests
{
    private const string MailToB = "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n";

    [Fact]
    public void Discard_at_connect_accepts_and_drops_every_message_of_the_session()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Connection = new ConnectionDecision { DiscardsMessages = true };
        TestClient client = Greeted(fixture);
        for (int n = 1; n <= 2; n++)
        {
            client.Say(MailToB);
            Assert.Equal($"250 2.0.0 {Transcript.Id(n)} Message accepted for delivery\r\n", client.Say("x\r\n.\r\n"));
        }

        Assert.Empty(fixture.Queue.Messages);
        Assert.Empty(fixture.Policy.Asked);
        Assert.Equal(2, fixture.Context.Counters.MessagesDiscarded);
        Assert.Equal(0, fixture.Context.Counters.MessagesAccepted);
        Assert.Equal(2, fixture.Log.Lines.Count(l => l.StartsWith("Discarded", StringComparison.Ordinal)));
    }

    [Fact]
    public void Discard_at_mail_accepts_the_message_with_250_and_drops_it_and_the_next_one_passes()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Mail["a@client.example"] = new MailDecision { DiscardsMessage = true };
        TestClient client = Greeted(fixture);
        client.Say(MailToB);
        Assert.StartsWith("250 2.0.0 ", client.Say("x\r\n.\r\n"), StringComparison.Ordinal);
        Assert.Empty(fixture.Queue.Messages);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say("y\r\n.\r\n");
        Assert.Equal("y\r\n", Assert.Single(fixture.Queue.Messages).Text);
    }

    [Fact]
    public void Discard_at_rcpt_drops_the_whole_message_with_all_its_recipients()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["trap@there.example"] = new RcptDecision { DiscardsMessage = true };
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\n");
        Assert.Equal(
            "250 2.1.5 <trap@there.example>... Recipient ok\r\n", client.Say("RCPT TO:<trap@there.example>\r\n"));
        client.Say("RCPT TO:<c@there.example>\r\n");
        Assert.StartsWith("250 2.0.0 ", client.Say("BDAT 3 LAST\r\nx\r\n"), StringComparison.Ordinal);
        Assert.Empty(fixture.Queue.Messages);
    }

    [Fact]
    public void A_large_discarded_message_reaches_the_queue_in_no_piece()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Connection = new ConnectionDecision { DiscardsMessages = true };
        TestClient client = Greeted(fixture);
        client.Say(MailToB);
        for (int n = 0; n < 40; n++)
        {
            client.Say(string.Concat(Enumerable.Repeat(new string('x', 78) + "\r\n", 100)));
        }

        Assert.StartsWith("250 2.0.0 ", client.Say(".\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, fixture.Queue.Appends);
        Assert.Equal(0, fixture.Queue.OctetsAppended);
    }

    [Fact]
    public void Quarantine_at_connect_mail_or_rcpt_accepts_and_holds_the_message_with_its_first_reason()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Connection = new ConnectionDecision { HoldReason = "by client"u8.ToArray() };
        TestClient client = Greeted(fixture);
        client.Say(MailToB);
        client.Say(".\r\n");
        fixture.Policy.Connection = default;
        fixture.Policy.Mail["a@client.example"] = new MailDecision { HoldReason = "by sender"u8.ToArray() };
        fixture.Policy.Rcpt["b@there.example"] = new RcptDecision { HoldReason = "by recipient"u8.ToArray() };
        client = Greeted(fixture);
        client.Say(MailToB);
        client.Say(".\r\n");
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        client.Say("MAIL FROM:<>\r\nRCPT TO:<c@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");

        Assert.Equal(
            ["by client", "by sender", "by recipient", null],
            fixture.Queue.Messages.Select(m => m.HoldReason));
        Assert.Equal(3, fixture.Log.Lines.Count(l => l.StartsWith("Held", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_replaced_reverse_path_is_the_envelopes_and_the_client_is_answered_with_its_own()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Mail["joe"] = new MailDecision { ReversePath = "joe@mx.test"u8.ToArray() };
        TestClient client = Greeted(fixture);
        Assert.Equal("250 2.1.0 <joe>... Sender ok\r\n", client.Say("MAIL FROM:<joe>\r\n"));
        client.Say("RCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.Equal("joe@mx.test", Assert.Single(fixture.Queue.Messages).ReversePath);
    }

    [Fact]
    public void A_recipient_without_domain_is_the_policys_to_judge()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Refusals["nobody"] = "550 5.1.1 <nobody>... User unknown";
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\n");
        Assert.Equal("250 2.1.5 <eric>... Recipient ok\r\n", client.Say("RCPT TO:<eric>\r\n"));
        Assert.Equal("550 5.1.1 <nobody>... User unknown\r\n", client.Say("RCPT TO:<nobody>\r\n"));
        Assert.Equal(["", "eric", "nobody"], fixture.Policy.Asked);
    }

    [Fact]
    public void Replacements_take_the_recipients_place_and_keep_what_was_given_as_orcpt()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["list+x@there.example"] =
            Replaced(new("a@one.example"u8.ToArray()), new("b@two.example"u8.ToArray()));
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<s@client.example>\r\n");
        Assert.Equal(
            "250 2.1.5 <list+x@there.example>... Recipient ok\r\n",
            client.Say("RCPT TO:<list+x@there.example> NOTIFY=FAILURE\r\n"));
        client.Say("DATA\r\n");
        client.Say(".\r\n");

        RecordedMessage message = Assert.Single(fixture.Queue.Messages);
        Assert.Equal(
            [
                new RecordedRecipient("a@one.example", "rfc822;list+2Bx@there.example", DsnNotify.Failure),
                new RecordedRecipient("b@two.example", "rfc822;list+2Bx@there.example", DsnNotify.Failure),
            ],
            message.Recipients);
        Assert.Contains("for <list+x@there.example>;", message.Prologue, StringComparison.Ordinal);
    }

    [Fact]
    public void An_orcpt_that_the_client_gave_stays()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["l@there.example"] = Replaced(new ReplacementRecipient("a@one.example"u8.ToArray()));
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<l@there.example> ORCPT=rfc822;first@there.example\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.Equal(
            "rfc822;first@there.example",
            Assert.Single(Assert.Single(fixture.Queue.Messages).Recipients).OriginalRecipient);
    }

    [Fact]
    public void A_member_with_an_owner_has_its_own_reverse_path_and_not_the_senders_notify()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["l@there.example"] = Replaced(
            new ReplacementRecipient("a@one.example"u8.ToArray(), "owner-l@there.example"u8.ToArray()),
            new ReplacementRecipient("b@one.example"u8.ToArray(), []),
            new ReplacementRecipient("c@one.example"u8.ToArray()));
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<s@client.example>\r\nRCPT TO:<l@there.example> NOTIFY=NEVER\r\nDATA\r\n");
        client.Say(".\r\n");

        const string Original = "rfc822;l@there.example";
        Assert.Equal(
            [
                new RecordedRecipient("a@one.example", Original, DsnNotify.Unspecified, "owner-l@there.example"),
                new RecordedRecipient("b@one.example", Original, DsnNotify.Unspecified, string.Empty),
                new RecordedRecipient("c@one.example", Original, DsnNotify.Never),
            ],
            Assert.Single(fixture.Queue.Messages).Recipients);
    }

    [Theory]
    [InlineData("a@one.example", "l@there.example")]
    [InlineData("l@there.example", "a@one.example")]
    public void Two_recipients_that_lead_to_the_same_address_make_one_copy(string first, string second)
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["l@there.example"] =
            Replaced(new("a@one.example"u8.ToArray()), new("b@one.example"u8.ToArray()));
        TestClient client = Greeted(fixture);
        client.Say($"MAIL FROM:<>\r\nRCPT TO:<{first}>\r\nRCPT TO:<{second}>\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.Equal(
            ["a@one.example", "b@one.example"],
            Assert.Single(fixture.Queue.Messages).Recipients.Select(r => r.ForwardPath));
    }

    [Fact]
    public void An_empty_list_is_accepted_and_its_message_dropped()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["empty@there.example"] = Replaced();
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<empty@there.example>\r\n");
        Assert.StartsWith("354 ", client.Say("DATA\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 ", client.Say(".\r\n"), StringComparison.Ordinal);
        Assert.Empty(fixture.Queue.Messages);
    }

    [Fact]
    public void More_recipients_than_an_envelope_takes_are_452_and_nothing_is_added()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["huge@there.example"] = new RcptDecision
        {
            Replacements = [.. Enumerable.Range(0, 65536).Select(n => new ReplacementRecipient(
                Encoding.ASCII.GetBytes($"u{n}@one.example")))],
        };
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\n");
        Assert.Equal("452 4.5.3 Too many recipients\r\n", client.Say("RCPT TO:<huge@there.example>\r\n"));
        client.Say("DATA\r\n");
        client.Say(".\r\n");
        Assert.Single(Assert.Single(fixture.Queue.Messages).Recipients);
    }

    [Fact]
    public void A_large_list_given_again_and_again_adds_nothing_and_costs_little()
    {
        using var fixture = new ServerFixture();
        fixture.Policy.Rcpt["large@there.example"] = new RcptDecision
        {
            Replacements = [.. Enumerable.Range(0, 30_000).Select(n => new ReplacementRecipient(
                Encoding.ASCII.GetBytes($"u{n}@one.example"), n % 2 == 0 ? null : "owner@one.example"u8.ToArray()))],
        };
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<large@there.example>\r\n");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int n = 0; n < 40; n++)
        {
            Assert.StartsWith("250 ", client.Say("RCPT TO:<large@there.example>\r\n"), StringComparison.Ordinal);
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60)); // compared one by one: minutes
        client.Say("RCPT TO:<u2@one.example>\r\nRCPT TO:<u3@one.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        RecordedMessage message = Assert.Single(fixture.Queue.Messages);
        Assert.Equal(30_001, message.Recipients.Count); // u3 has the list's owner and, given by itself, has not
        Assert.Equal("u3@one.example", message.Recipients[^1].ForwardPath);
    }

    private static RcptDecision Replaced(params ReplacementRecipient[] recipients) =>
        new() { Replacements = recipients };

    private static TestClient Greeted(ServerFixture fixture)
    {
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        return client;
    }
}
