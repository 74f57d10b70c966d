using System.Text;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>
/// Content behind DATA (RFC 5321 §4.1.1.4, §4.5.2): only CRLF.CRLF ends it, bare CR and LF never pass, every other
/// octet does, in messages of any size.
/// </summary>
public sealed class ContentTests
{
    private const string Begun =
        Transcript.Greeted +
        """
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>

        """;

    /// <summary>Every known way to hide an end of data (CVE-2023-51764 and its relatives).</summary>
    public static TheoryData<string> Smuggled { get; } =
    [
        @"\n.\n", @"\n.\r\n", @"\r\n.\n", @"\r.\r", @"\r\n.\r", @"\r.\r\n", @"\n.\r",
        @"\r\r\n.\r\r\n", @"\r\n\0.\r\n\n",
        @"\n\n.\r\n",
        @"\r\n.\r\r\n", @"\r\n.\n\r\n", @"x\n.\nMAIL FROM:<e@vil.example>\r\n", @"\r\n..\r\n\n",
    ];

    [Theory]
    [MemberData(nameof(Smuggled))]
    public void Nothing_smuggled_ends_data_or_reaches_the_queue(string hidden) => Transcript.Play(
        Begun +
        $"""
        C| Subject: x\r\n\r\nx{hidden}
        C: MAIL FROM:<admin@client.example>
        C: RCPT TO:<victim@there.example>
        C: DATA
        C: smuggled
        C: .
        S: 554 5.6.0 {Refused(hidden)} not allowed
        C: NOOP
        S: 250 2.0.0 OK
        """,
        check: fixture =>
        {
            Assert.Empty(fixture.Queue.Messages);
            Assert.DoesNotContain("admin@client.example", fixture.Policy.Asked);
        });

    [Theory]
    [InlineData(@"\n", "linefeed (LF)")]
    [InlineData(@"\r", "carriage return (CR)")]
    public void By_option_a_bare_line_ending_ends_the_session_as_sendmail_does(string ending, string name) =>
        Transcript.Play(
        $"""
        S: 220 mx.test ESMTP Relay.Fast
        C: HELO client.example
        C: MAIL FROM:<a@client.example>
        C: RCPT TO:<b@there.example>
        C: DATA
        S: 250 mx.test Hello [192.0.2.7], pleased to meet you
        S: 250 2.1.0 <a@client.example>... Sender ok
        S: 250 2.1.5 <b@there.example>... Recipient ok
        S: 354 End data with <CR><LF>.<CR><LF>
        C| x{ending}y\r\n.\r\n
        S: 421 4.5.0 Bare {name} not allowed
        S. 
        """,
        new SmtpServerOptions { HostName = "mx.test", BareLineEndings = BareLineEndingAction.Disconnect },
        check: fixture => Assert.Empty(fixture.Queue.Messages));

    [Fact]
    public void Dots_nul_8_bit_long_lines_and_trailing_blanks_pass_octet_by_octet() => Transcript.Play(
        Begun +
        $"""
        C| ..\r\n..dot\r\n \t \r\n\0\xFF\x80\r\n{new string('l', 3000)}\r\n.x\r\n\r\n\r\n.\r\n
        S: 250 2.0.0 {Transcript.Id(1)} Message accepted for delivery
        """,
        check: fixture => Assert.Equal(
            "..\r\n..dot\r\n \t \r\n\0\xFF\x80\r\n" + new string('l', 3000) + "\r\n.x\r\n\r\n\r\n",
            Assert.Single(fixture.Queue.Messages).Text));

    [Fact]
    public void The_log_has_a_line_for_an_accepted_message() => Transcript.Play(
        Begun +
        """
        C: Message-ID: <1@client.example>
        C: ..
        C: .
        S: 250 2.0.0 {1} Message accepted for delivery
        """,
        check: fixture => Assert.Contains(
            $"Accepted {Transcript.Id(1)} from=<a@client.example> to=<> peer=[192.0.2.7] proto=ESMTP via=MTA " +
            "msgid=<1@client.example> size=35 nrcpts=1 reply=",
            fixture.Log.Lines));

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(65536)]
    [InlineData(100_000)]
    public void Large_content_goes_to_the_queue_in_pieces_and_arrives_whole(int step)
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        var random = new Random(step);
        var content = new StringBuilder();
        int size = step == 1 ? 150_000 : 400_000;
        while (content.Length < size)
        {
            content.Append(random.Next(4) == 0 ? ".." : "z").Append('z', random.Next(90)).Append("\r\n");
        }

        string text = content.ToString();
        byte[] octets = Encoding.ASCII.GetBytes(text + ".\r\nNOOP\r\n");
        for (int at = 0; at < octets.Length; at += step)
        {
            client.Send(octets.AsSpan(at, Math.Min(step, octets.Length - at)));
        }

        Assert.Equal(
            $"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n250 2.0.0 OK\r\n",
            client.Hear());
        Assert.Equal(text, Assert.Single(fixture.Queue.Messages).Text);
        Assert.True(fixture.Queue.Appends >= 2);
        Assert.InRange(fixture.Queue.LargestAppend, 64 * 1024, 192 * 1024);
    }

    [Fact]
    public void A_message_of_64_mib_streams_and_the_session_holds_little_of_it()
    {
        using var fixture = new ServerFixture();
        fixture.Queue.CountsOnly = true;
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        byte[] block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('m', 76) + "\r\n", 420)));
        long sent = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (sent < 64 << 20)
        {
            client.Send(block);
            sent += block.Length;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        client.Send(".\r\n"u8);
        Assert.StartsWith("250 2.0.0 ", client.Hear(), StringComparison.Ordinal);
        Assert.Equal(sent, fixture.Queue.OctetsAppended);
        Assert.InRange(fixture.Queue.LargestAppend, 64 * 1024, 128 * 1024);
        Assert.True(allocated < 2 << 20, $"{allocated} octets allocated for a message of {sent}");
    }

    private static string Refused(string hidden) =>
        Transcript.Unescape(hidden).Replace("\r\n", string.Empty, StringComparison.Ordinal).Contains('\n')
            ? "Bare linefeed (LF)"
            : "Bare carriage return (CR)";
}
