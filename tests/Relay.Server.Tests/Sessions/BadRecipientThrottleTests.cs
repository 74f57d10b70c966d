using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Sendmail: BadRcptThrottle (confBAD_RCPT_THROTTLE).</summary>
public sealed class BadRecipientThrottleTests
{
    private const string Bad = "RCPT TO:<refused@denied.example>\r\n";
    private const string Denied = "550 5.7.1 <refused@denied.example>... Relaying denied\r\n";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_first_bad_recipient_is_answered_at_once_and_every_later_one_good_or_bad_after_a_second()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);

        Assert.Equal(Denied, client.Say(Bad));
        Assert.Equal(string.Empty, client.Say("RCPT TO:<good@there.example>\r\n"));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(string.Empty, client.Hear());
        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("250 2.1.5 <good@there.example>... Recipient ok\r\n", client.Hear());
        Assert.Equal(string.Empty, client.Say(Bad));
        fixture.Time.Advance(Second);
        Assert.Equal(Denied, client.Hear());
    }

    [Fact]
    public void Below_n_bad_recipients_nothing_waits()
    {
        using ServerFixture fixture = With(3);
        TestClient client = Begin(fixture);
        Assert.Equal(Denied + Denied + Denied, client.Say(Bad + Bad + Bad));
        Assert.Equal(string.Empty, client.Say(Bad));
    }

    [Fact]
    public void Zero_is_off()
    {
        using ServerFixture fixture = With(0);
        TestClient client = Begin(fixture);
        Assert.Equal(Denied + Denied + Denied, client.Say(Bad + Bad + Bad));
    }

    [Fact]
    public void The_delay_does_not_grow()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);
        client.Say(Bad);
        for (int n = 0; n < 20; n++)
        {
            Assert.Equal(string.Empty, client.Say(Bad));
            fixture.Time.Advance(Second);
            Assert.Equal(Denied, client.Hear());
        }
    }

    [Fact]
    public void Mail_begins_the_count_anew()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);
        client.Say(Bad);
        client.Say("RSET\r\nMAIL FROM:<a@client.example>\r\n");
        Assert.Equal(Denied, client.Say(Bad));
    }

    [Fact]
    public void Syntax_errors_count_too()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);
        Assert.StartsWith("501 ", client.Say("RCPT TO:<\r\n"), StringComparison.Ordinal);
        Assert.Equal(string.Empty, client.Say("RCPT TO:<good@there.example>\r\n"));
    }

    [Fact]
    public void Temporary_refusals_count_too()
    {
        using ServerFixture fixture = With(1);
        fixture.Policy.Refusals["later@denied.example"] = "450 4.2.1 <later@denied.example>... come again";
        TestClient client = Begin(fixture);
        Assert.StartsWith("450 ", client.Say("RCPT TO:<later@denied.example>\r\n"), StringComparison.Ordinal);
        Assert.Equal(string.Empty, client.Say("RCPT TO:<good@there.example>\r\n"));
    }

    [Fact]
    public void The_wait_comes_before_the_limit_on_recipients_and_that_before_the_syntax()
    {
        using var fixture = new ServerFixture(
            new SmtpServerOptions { HostName = "mx.test", BadRecipientThrottle = 1, RecipientsMax = 1 });
        TestClient client = Begin(fixture);
        Assert.StartsWith("250 2.1.5 ", client.Say("RCPT TO:<good@there.example>\r\n"), StringComparison.Ordinal);
        Assert.Equal("452 4.5.3 Too many recipients\r\n", client.Say("RCPT TO:<\r\n"));
        Assert.Equal(string.Empty, client.Say("RCPT TO:<second@there.example>\r\n"));
        fixture.Time.Advance(Second);
        Assert.Equal("452 4.5.3 Too many recipients\r\n", client.Hear());
    }

    [Fact]
    public void Pipelined_recipients_wait_in_turn_what_is_answered_is_flushed_before_and_good_ones_are_accepted()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);

        Assert.Equal(
            "250 2.1.5 <first@there.example>... Recipient ok\r\n" + Denied,
            client.Say(
                "RCPT TO:<first@there.example>\r\n" + Bad + "RCPT TO:<second@there.example>\r\n" + Bad + "DATA\r\n"));
        fixture.Time.Advance(Second);
        Assert.Equal("250 2.1.5 <second@there.example>... Recipient ok\r\n", client.Hear());
        fixture.Time.Advance(Second);
        Assert.Equal(Denied + "354 End data with <CR><LF>.<CR><LF>\r\n", client.Hear());
        client.Say("x\r\n.\r\n");
        Assert.Equal(2, Assert.Single(fixture.Queue.Messages).Recipients.Count);
    }

    [Fact]
    public void Other_sessions_are_unaffected()
    {
        using ServerFixture fixture = With(1);
        TestClient slow = Begin(fixture);
        TestClient other = Begin(fixture);
        slow.Say(Bad);
        slow.Say(Bad);
        Assert.Equal(Denied, other.Say(Bad));
    }

    [Fact]
    public void The_log_tells_of_it_once_per_session()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);
        client.Say(Bad + Bad + Bad);
        fixture.Time.Advance(Second);
        fixture.Time.Advance(Second);
        Assert.Single(
            fixture.Log.Lines,
            line => line.Contains("Possible SMTP RCPT flood, throttling.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_stop_does_not_wait_for_the_delay()
    {
        using ServerFixture fixture = With(1);
        TestClient client = Begin(fixture);
        client.Say(Bad);
        client.Say("RCPT TO:<good@there.example>\r\n");

        fixture.Context.Sessions.RequestStop();

        Assert.Equal("250 2.1.5 <good@there.example>... Recipient ok\r\n", client.Hear());
        Assert.Equal(0, fixture.Context.Delays.Count);
    }

    private static ServerFixture With(int throttle) =>
        new(new SmtpServerOptions { HostName = "mx.test", BadRecipientThrottle = throttle });

    private static TestClient Begin(ServerFixture fixture)
    {
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\n");
        return client;
    }
}
