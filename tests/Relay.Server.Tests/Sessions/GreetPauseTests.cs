using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Sendmail: FEATURE(greet_pause).</summary>
public sealed class GreetPauseTests
{
    private const string Banner = "220 mx.test ESMTP Relay.Fast\r\n";
    private const string NotAccepting = "554 mx.test ESMTP not accepting messages\r\n";

    [Fact]
    public void A_silent_client_is_greeted_when_the_pause_is_over_to_the_millisecond()
    {
        using ServerFixture fixture = With(TimeSpan.FromMilliseconds(5000));
        TestClient client = fixture.Connect();

        fixture.Time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Equal(string.Empty, client.Hear());
        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(Banner, client.Hear());
        Assert.StartsWith("250 ", client.Say("HELO x\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, fixture.Context.Delays.Count);
    }

    [Fact]
    public void No_pause_is_no_wait()
    {
        using ServerFixture fixture = With(TimeSpan.Zero);
        Assert.Equal(Banner, fixture.Connect().Hear());
    }

    [Fact]
    public void A_pause_beyond_five_minutes_is_five_minutes()
    {
        using ServerFixture fixture = With(TimeSpan.FromHours(2));
        TestClient client = fixture.Connect();
        fixture.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(string.Empty, client.Hear());
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Banner, client.Hear());
    }

    [Fact]
    public void One_byte_in_the_pause_ends_it_at_once_and_the_session_rejects_every_command_but_stays_open()
    {
        using ServerFixture fixture = With(TimeSpan.FromSeconds(5));
        TestClient client = fixture.Connect();
        fixture.Time.Advance(TimeSpan.FromMilliseconds(2600));

        Assert.Equal(NotAccepting, client.Say("H"));
        Assert.Equal("250 mx.test Hello [192.0.2.7], pleased to meet you\r\n", client.Say("ELO x\r\n"));
        Assert.Equal("550 5.0.0 Command rejected\r\n", client.Say("MAIL FROM:<a@client.example>\r\n"));
        Assert.Equal("550 5.0.0 Command rejected\r\n", client.Say("VRFY x\r\n"));
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        Assert.Equal("250 2.0.0 Reset state\r\n", client.Say("RSET\r\n"));
        Assert.Equal("221 2.0.0 mx.test closing connection\r\n", client.Say("QUIT\r\n"));
        Assert.True(client.IsClosed);
        Assert.Contains(
            fixture.Log.Lines,
            line => line.Contains(
                "rejecting commands from [192.0.2.7] due to pre-greeting traffic after 3 seconds",
                StringComparison.Ordinal));
        Assert.Equal(0, fixture.Context.Delays.Count);
    }

    [Fact]
    public void Commands_sent_in_the_pause_are_answered_behind_the_554()
    {
        using ServerFixture fixture = With(TimeSpan.FromSeconds(5));
        TestClient client = fixture.Connect();

        Assert.Equal(
            NotAccepting
            + "250 mx.test Hello [192.0.2.7], pleased to meet you\r\n"
            + "550 5.0.0 Command rejected\r\n",
            client.Say("HELO x\r\nMAIL FROM:<>\r\n"));
        Assert.False(client.IsClosed);
    }

    [Fact]
    public void The_option_closes_on_traffic_at_once()
    {
        using ServerFixture fixture = With(
            TimeSpan.FromSeconds(5),
            new SmtpServerOptions { HostName = "mx.test", ClosesOnPreGreetingTraffic = true });
        TestClient client = fixture.Connect();

        Assert.Equal(NotAccepting, client.Say("HELO x\r\n"));
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_client_that_goes_away_in_the_pause_is_no_traffic()
    {
        using ServerFixture fixture = With(TimeSpan.FromSeconds(5));
        TestClient client = fixture.Connect();

        client.Close();

        Assert.Equal(string.Empty, client.Hear());
        Assert.True(client.IsClosed);
        Assert.True(client.Session.IsCompletedSuccessfully);
        Assert.DoesNotContain(fixture.Log.Lines, line => line.Contains("pre-greeting", StringComparison.Ordinal));
        Assert.Equal(0, fixture.Context.Delays.Count);
    }

    [Fact]
    public void A_stop_ends_the_pause_with_421()
    {
        using ServerFixture fixture = With(TimeSpan.FromSeconds(5));
        TestClient client = fixture.Connect();

        fixture.Context.Sessions.RequestStop();

        Assert.Equal("421 4.3.2 mx.test Server shutting down, try again later\r\n", client.Hear());
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void The_pause_is_not_the_clients_time_for_a_command()
    {
        using ServerFixture fixture = With(
            TimeSpan.FromMinutes(5),
            new SmtpServerOptions { HostName = "mx.test", CommandTimeout = TimeSpan.FromSeconds(10) });
        TestClient client = fixture.Connect();
        fixture.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Banner, client.Hear());
        Assert.Equal(0, fixture.Context.Counters.Timeouts);
    }

    private static ServerFixture With(TimeSpan pause, SmtpServerOptions? options = null)
    {
        var fixture = new ServerFixture(options);
        fixture.Policy.Connection = new ConnectionDecision { GreetPause = pause };
        return fixture;
    }
}
