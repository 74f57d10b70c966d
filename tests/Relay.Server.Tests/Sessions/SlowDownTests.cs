using Relay.Server.Tests.Fixtures;

namespace Relay.Server.Tests.Sessions;

/// <summary>Sendmail: MAXHELOCOMMANDS, MAXVRFYCOMMANDS, MAXETRNCOMMANDS, MAXNOOPCOMMANDS; DelayLA.</summary>
public sealed class SlowDownTests
{
    [Theory]
    [InlineData("HELO x\r\n", 3, "HELO")]
    [InlineData("EHLO x\r\n", 3, "EHLO")]
    [InlineData("VRFY x\r\n", 6, "VRFY")]
    [InlineData("EXPN x\r\n", 6, "EXPN")]
    [InlineData("ETRN x.example\r\n", 8, "ETRN")]
    [InlineData("NOOP\r\n", 20, "NOOP")]
    [InlineData("VERB\r\n", 20, "VERB")]
    public void From_the_nth_of_its_kind_a_command_waits_1_2_4_seconds_up_to_4_minutes(
        string command, int n, string verb)
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Hear();
        for (int i = 1; i < n; i++)
        {
            Assert.NotEqual(string.Empty, client.Say(command));
        }

        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 240, 240 })
        {
            Assert.Equal(string.Empty, client.Say(command));
            fixture.Time.Advance(TimeSpan.FromMilliseconds((seconds * 1000) - 1));
            Assert.Equal(string.Empty, client.Hear());
            fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.NotEqual(string.Empty, client.Hear());
        }

        Assert.False(client.IsClosed);
        Assert.Single(
            fixture.Log.Lines,
            line => line.Contains(
                $"possible SMTP attack: command={verb}, count={n}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HELO x\r\nEHLO x\r\n", "HELO x\r\n")]
    [InlineData("VRFY x\r\nEXPN x\r\nVRFY x\r\nEXPN x\r\nVRFY x\r\n", "EXPN x\r\n")]
    public void Helo_and_ehlo_count_together_and_so_do_vrfy_and_expn(string before, string command)
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Hear();
        foreach (string said in before.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.NotEqual(string.Empty, client.Say(said + "\r\n"));
        }

        Assert.Equal(string.Empty, client.Say(command));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(string.Empty, client.Hear());
    }

    [Fact]
    public void Noop_and_verb_count_together()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Hear();
        for (int i = 1; i < 20; i++)
        {
            Assert.NotEqual(string.Empty, client.Say(i % 2 == 0 ? "NOOP\r\n" : "VERB\r\n"));
        }

        Assert.Equal(string.Empty, client.Say("NOOP\r\n"));
    }

    [Fact]
    public void Commands_of_the_other_kinds_do_not_wait()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Say("HELO x\r\n");
        client.Say("HELO x\r\n");
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        Assert.StartsWith("250 ", client.Say("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_switches_it_off()
    {
        using var fixture = new ServerFixture(
            new SmtpServerOptions { HostName = "mx.test", SlowsDownProbing = false });
        TestClient client = fixture.Connect();
        client.Hear();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        }
    }

    [Fact]
    public void From_the_load_of_DelayLA_on_each_command_waits_a_second()
    {
        using var fixture = new ServerFixture(new SmtpServerOptions { HostName = "mx.test", DelayLoad = 10 });
        TestClient client = fixture.Connect();
        Assert.NotEqual(string.Empty, client.Hear());
        Assert.NotEqual(string.Empty, client.Say("HELO x\r\n"));
        fixture.Load.OneMinute = 9.5;
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(string.Empty, client.Say("MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\n"));
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("250 2.1.0 ", client.Hear(), StringComparison.Ordinal);
        fixture.Load.OneMinute = 1;
        fixture.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.StartsWith("250 2.1.5 ", client.Hear(), StringComparison.Ordinal);
        Assert.StartsWith("354 ", client.Say("DATA\r\n"), StringComparison.Ordinal);
        Assert.Single(
            fixture.Log.Lines,
            line => line.Contains("delaying=MAIL, load average=10 >= 10", StringComparison.Ordinal));
    }
}
