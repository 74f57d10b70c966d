using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Command pipelining (RFC 2920) and what may not be pipelined.</summary>
public sealed class PipeliningTests
{
    [Fact]
    public void Input_behind_ehlo_makes_the_session_refuse_everything()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Hear();

        string replies = client.Say(
            "EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nNOOP\r\n");

        Assert.Equal(
            "554 5.5.0 SMTP protocol error\r\n" +
            "550 5.0.0 Command rejected\r\n" +
            "550 5.0.0 Command rejected\r\n" +
            "250 2.0.0 OK\r\n",
            replies);
        Assert.Equal(
            "250-mx.test Hello [192.0.2.7], pleased to meet you\r\n250 ENHANCEDSTATUSCODES\r\n",
            client.Say("EHLO client.example\r\n"));
        Assert.Equal("550 5.0.0 Command rejected\r\n", client.Say("MAIL FROM:<a@client.example>\r\n"));
        Assert.Equal("550 5.0.0 Command rejected\r\n", client.Say("BDAT 4 LAST\r\nQUIT"));
        Assert.Equal("221 2.0.0 mx.test closing connection\r\n", client.Say("QUIT\r\n"));
        Assert.Contains(fixture.Log.Lines, line => line.Contains("traffic before response", StringComparison.Ordinal));
    }

    [Fact]
    public void Input_behind_data_ends_the_session_and_nothing_reaches_the_queue()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");

        string replies = client.Say(
            "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n");

        Assert.Equal(
            "250 2.1.0 <a@client.example>... Sender ok\r\n" +
            "250 2.1.5 <b@there.example>... Recipient ok\r\n" +
            "554 5.5.0 SMTP protocol error\r\n",
            replies);
        Assert.True(client.IsClosed);
        Assert.Empty(fixture.Queue.Messages);
    }

    [Fact]
    public void Content_behind_a_data_that_would_be_refused_is_never_read_as_commands()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");

        string replies = client.Say(
            "MAIL FROM:<a@client.example>\r\nRCPT TO:<refused@denied.example>\r\nDATA\r\n" +
            "RSET\r\nMAIL FROM:<x@y.example>\r\n");

        Assert.EndsWith("554 5.5.0 SMTP protocol error\r\n", replies, StringComparison.Ordinal);
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Input_behind_starttls_ends_the_session()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");

        Assert.Equal("554 5.5.0 SMTP protocol error\r\n", client.Say("STARTTLS\r\nMAIL FROM:<>\r\n"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Commands_behind_a_message_in_the_same_read_are_answered_with_it_in_one_flush()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");

        string replies = client.Say("x\r\n.\r\nMAIL FROM:<c@client.example>\r\nRCPT TO:<d@there.example>\r\nDATA\r\n");

        Assert.Equal(
            $"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n" +
            "250 2.1.0 <c@client.example>... Sender ok\r\n" +
            "250 2.1.5 <d@there.example>... Recipient ok\r\n" +
            "354 End data with <CR><LF>.<CR><LF>\r\n",
            replies);
    }

    [Fact]
    public void Many_pipelined_commands_are_all_answered_in_order()
    {
        using var fixture = new ServerFixture(new SmtpServerOptions { HostName = "mx.test", RecipientsMax = 3000 });
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        string commands = string.Concat(Enumerable.Range(0, 2000).Select(n => $"RCPT TO:<user{n}@there.example>\r\n"));
        string expected = string.Concat(
            Enumerable.Range(0, 2000).Select(n => $"250 2.1.5 <user{n}@there.example>... Recipient ok\r\n"));
        client.Send(System.Text.Encoding.ASCII.GetBytes(commands));
        var heard = new System.Text.StringBuilder();
        for (string part = client.Hear(); part.Length > 0; part = client.Hear())
        {
            heard.Append(part);
        }

        Assert.Equal(expected, heard.ToString());
    }
}
