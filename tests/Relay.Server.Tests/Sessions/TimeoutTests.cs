using System.Text;
using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Per-phase timeouts (RFC 5321 §4.5.3.2) and the minimum rate, on a clock that the test moves.</summary>
public sealed class TimeoutTests
{
    private const string Timeout = "421 4.4.2 mx.test Timeout waiting for input\r\n";
    private const string Slow = "421 4.4.2 mx.test Data arrives too slowly\r\n";

    [Fact]
    public void A_silent_client_gets_421_after_five_minutes_and_not_before()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");

        fixture.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(string.Empty, client.Hear());
        fixture.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(Timeout, client.Hear());
        Assert.True(client.IsClosed);
        Assert.Equal(1, fixture.Context.Counters.Timeouts);
        Assert.Equal(0, fixture.Context.Counters.SessionsActive);
    }

    [Fact]
    public void Each_command_buys_the_whole_time_again_but_a_part_of_one_buys_nothing()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        for (int n = 0; n < 4; n++)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(250));
            Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        }

        for (int n = 0; n < 30; n++)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(10));
            client.Send("x"u8);
        }

        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Timeout, client.Hear());
    }

    [Fact]
    public void Silence_within_content_ends_the_session()
    {
        using var fixture = new ServerFixture(new SmtpServerOptions { HostName = "mx.test", ContentRateMin = 0 });
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        for (int n = 0; n < 10; n++)
        {
            fixture.Time.Advance(TimeSpan.FromMinutes(4));
            Assert.Equal(string.Empty, client.Say("x\r\n"));
        }

        fixture.Time.Advance(TimeSpan.FromSeconds(302));

        Assert.Equal(Slow, client.Hear());
        Assert.True(client.IsClosed);
        Assert.Empty(fixture.Queue.Messages);
    }

    [Fact]
    public void Content_below_the_minimum_rate_ends_the_session_after_the_grace()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        for (int n = 0; n < 30; n++)
        {
            Assert.Equal(string.Empty, client.Say(new string('x', 98) + "\r\n"));
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(string.Empty, client.Hear());
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Slow, client.Hear());
        Assert.True(client.IsClosed);
    }

    [Fact]
    public void Content_at_the_minimum_rate_may_take_as_long_as_it_likes()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        for (int n = 0; n < 2000; n++)
        {
            Assert.Equal(string.Empty, client.Say(new string('x', 126) + "\r\n"));
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.StartsWith("250 ", client.Say(".\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Time_that_the_queue_takes_is_not_the_clients_fault()
    {
        using var fixture = new ServerFixture();
        var commit = new TaskCompletionSource();
        fixture.Queue.Commits.Enqueue(commit);
        TestClient client = fixture.Connect();
        client.Say("EHLO client.example\r\n");
        client.Say("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say("x\r\n.\r\n");
        fixture.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(string.Empty, client.Hear());

        commit.SetResult();

        Assert.Equal($"250 2.0.0 {Transcript.Id(1)} Message accepted for delivery\r\n", client.Hear());
        fixture.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
    }

    [Fact]
    public void A_client_that_does_not_read_is_cut()
    {
        using var fixture = new ServerFixture(
            new SmtpServerOptions
            {
                HostName = "mx.test",
                CommandsWithoutMailMax = 1_000_000,
                SlowsDownProbing = false,
            });
        TestClient client = fixture.Connect();
        client.Say("HELO client.example\r\n");
        byte[] commands = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("VRFY x\r\n", 4000)));
        client.Send(commands);
        client.Send(commands);
        Assert.False(client.Connection.IsAborted);

        fixture.Time.Advance(TimeSpan.FromSeconds(302));

        Assert.True(client.Connection.IsAborted);
        Assert.True(client.Session.IsCompletedSuccessfully);
    }
}
