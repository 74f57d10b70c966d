using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>The hook that rewrites header sections, over DATA and BDAT, however the content is cut.</summary>
public sealed class HeaderRewritingTests
{
    private const string Header = "From: a@client.example\r\nSubject: hello\r\n there\r\n\r\n";
    private const string TooLarge = "552 5.6.0 Headers too large (32768 max)\r\n";

    private const string Begin =
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>

        """;

    [Fact]
    public void The_rewriter_sees_the_complete_header_section_once_and_its_output_takes_its_place()
    {
        foreach (Delivery delivery in Enum.GetValues<Delivery>())
        {
            var rewriter = new UpperCaseRewriter();
            using var fixture = new ServerFixture(rewriter: rewriter);
            Transcript.Play(
                fixture,
                Begin +
                """
                C: From: a@client.example
                C: Subject: hello
                C:  there
                C| \r\n
                C: body: stays
                C: ..dot
                C: .
                S: 250 2.0.0 {1} Message accepted for delivery
                """,
                delivery);

            RecordedMessage message = Assert.Single(fixture.Queue.Messages);
            Assert.Equal(Header, Assert.Single(rewriter.Seen));
            Assert.Equal("body: stays\r\n..dot\r\n", message.Text);
            Assert.EndsWith(
                "+0000\r\nX-Recipients: 1\r\nFROM: A@CLIENT.EXAMPLE\r\nSUBJECT: HELLO\r\n THERE\r\n\r\n",
                message.Prologue,
                StringComparison.Ordinal);
            Assert.StartsWith("Received: ", message.Prologue, StringComparison.Ordinal);
            Assert.Equal(1, message.StuffedDotCount);
        }
    }

    [Fact]
    public void A_header_section_that_is_left_alone_goes_through_as_it_came()
    {
        using var fixture = new ServerFixture(rewriter: new UpperCaseRewriter());
        Send(fixture, "Subject: KEEP\r\n\r\nbody\r\n");
        RecordedMessage message = Assert.Single(fixture.Queue.Messages);
        Assert.Equal("Subject: KEEP\r\n\r\nbody\r\n", message.Text);
        Assert.EndsWith("+0000\r\n", message.Prologue, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_without_body_is_all_header()
    {
        var rewriter = new UpperCaseRewriter();
        using var fixture = new ServerFixture(rewriter: rewriter);
        Send(fixture, "Subject: x\r\n");
        Assert.Equal("Subject: x\r\n", Assert.Single(rewriter.Seen));
        Assert.Equal(string.Empty, Assert.Single(fixture.Queue.Messages).Text);
    }

    [Fact]
    public void Chunks_are_rewritten_too_and_the_next_message_is_rewritten_anew()
    {
        var rewriter = new UpperCaseRewriter();
        using var fixture = new ServerFixture(rewriter: rewriter);
        TestClient client = Greeted(fixture);
        for (int n = 0; n < 2; n++)
        {
            client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\n");
            client.Say("BDAT 12\r\nSubject: x\r\n");
            client.Say("BDAT 9 LAST\r\n\r\n.dot\r\nx");
        }

        Assert.Equal(["Subject: x\r\n\r\n", "Subject: x\r\n\r\n"], rewriter.Seen);
        Assert.All(fixture.Queue.Messages, message =>
        {
            Assert.Equal("..dot\r\nx\r\n", message.Text);
            Assert.EndsWith("X-Recipients: 1\r\nSUBJECT: X\r\n\r\n", message.Prologue, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_large_body_behind_a_rewritten_header_arrives_whole()
    {
        using var fixture = new ServerFixture(rewriter: new UpperCaseRewriter());
        string body = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"line {n}\r\n"));
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        string content = Header + body + ".\r\n";
        for (int at = 0; at < content.Length; at += 30_000)
        {
            client.Say(content.Substring(at, Math.Min(30_000, content.Length - at)));
        }

        RecordedMessage message = Assert.Single(fixture.Queue.Messages);
        Assert.Equal(body, message.Text);
        Assert.True(fixture.Queue.Appends > 0);
    }

    [Theory]
    [InlineData(32768, "250 ")]
    [InlineData(32769, TooLarge)]
    public void A_header_section_beyond_32_KiB_is_552_at_the_end_of_the_content(int length, string reply)
    {
        foreach (int piece in new[] { 1000, 7919, 200_000 })
        {
            using var fixture = new ServerFixture(rewriter: new UpperCaseRewriter());
            TestClient client = Greeted(fixture);
            client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
            string content = HeaderOf(length) + new string('b', 998) + "\r\n.\r\n";
            string heard = string.Empty;
            for (int at = 0; at < content.Length; at += piece)
            {
                heard += client.Say(content.Substring(at, Math.Min(piece, content.Length - at)));
            }

            Assert.StartsWith(reply, heard, StringComparison.Ordinal);
            Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        }
    }

    [Fact]
    public void A_chunk_with_a_header_section_beyond_32_KiB_is_552()
    {
        using var fixture = new ServerFixture(rewriter: new UpperCaseRewriter());
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\n");
        Assert.Equal(TooLarge, client.Say("BDAT 32769 LAST\r\n" + HeaderOf(32769)));
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
    }

    [Fact]
    public void A_rewriter_that_is_not_needed_is_not_asked_and_limits_nothing()
    {
        var rewriter = new UpperCaseRewriter { IsNeeded = false };
        using var fixture = new ServerFixture(rewriter: rewriter);
        Send(fixture, HeaderOf(100_000));
        Assert.Equal(100_000, Assert.Single(fixture.Queue.Messages).Content.Length);
        Assert.Empty(rewriter.Seen);
    }

    [Fact]
    public void Without_a_rewriter_a_header_section_may_have_any_length()
    {
        using var fixture = new ServerFixture();
        Send(fixture, HeaderOf(100_000));
        Assert.Equal(100_000, Assert.Single(fixture.Queue.Messages).Content.Length);
    }

    /// <summary>A header section with its empty line, so many octets in all.</summary>
    private static string HeaderOf(int length)
    {
        const string Line = "X: ";
        string full = Line + new string('x', 95) + "\r\n"; // 100 octets
        int rest = length - 2; // the empty line
        int lines = (rest / full.Length) - 1;
        string last = Line + new string('y', rest - (lines * full.Length) - Line.Length - 2) + "\r\n";
        return string.Concat(Enumerable.Repeat(full, lines)) + last + "\r\n";
    }

    private static void Send(ServerFixture fixture, string content)
    {
        TestClient client = Greeted(fixture);
        client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        Assert.StartsWith("250 ", client.Say(content + ".\r\n"), StringComparison.Ordinal);
    }

    private static TestClient Greeted(ServerFixture fixture)
    {
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        return client;
    }
}
