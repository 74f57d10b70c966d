using Relay.Server.Tests.Fixtures;
using Relay.Smtp;

namespace Relay.Server.Tests.Sessions;

/// <summary>Sendmail: PrivacyOptions (confPRIVACY_FLAGS).</summary>
public sealed class PrivacyTests
{
    private const PrivacyFlags Seed =
        PrivacyFlags.AuthWarnings | PrivacyFlags.NoVrfy | PrivacyFlags.NoExpn | PrivacyFlags.NoVerb;

    [Fact]
    public void Needmailhelo_is_the_default()
    {
        using var fixture = new ServerFixture();
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal("503 5.0.0 Polite people say HELO first\r\n", client.Say("MAIL FROM:<>\r\n"));
    }

    [Fact]
    public void Needmailhelo_counts_even_if_hello_is_not_required_otherwise()
    {
        using ServerFixture fixture = With(PrivacyFlags.NeedMailHelo);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.StartsWith("503 ", client.Say("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_needmailhelo_mail_is_accepted_and_authwarnings_marks_and_logs_it()
    {
        using ServerFixture fixture = With(Seed);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.StartsWith("250 ", client.Say("MAIL FROM:<>\r\n"), StringComparison.Ordinal);
        client.Say("RCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say("Subject: x\r\n\r\nx\r\n.\r\n");

        RecordedMessage message = Assert.Single(fixture.Queue.Messages);
        Assert.EndsWith(
            "\r\nX-Authentication-Warning: mx.test: [192.0.2.7] didn't use HELO protocol\r\n",
            message.Prologue,
            StringComparison.Ordinal);
        Assert.Equal("Subject: x\r\n\r\nx\r\n", message.Text);
        Assert.Contains(
            fixture.Log.Lines,
            line => line.EndsWith(
                "Authentication-Warning: mx.test: [192.0.2.7] didn't use HELO protocol", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PrivacyFlags.Public, "")]
    [InlineData(Seed, "HELO x\r\n")]
    public void A_message_behind_helo_or_without_authwarnings_is_not_marked(PrivacyFlags flags, string hello)
    {
        using ServerFixture fixture = With(flags);
        TestClient client = fixture.Connect();
        client.Say(hello + "MAIL FROM:<>\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.DoesNotContain(
            "Authentication-Warning",
            Assert.Single(fixture.Queue.Messages).Prologue,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PrivacyFlags.NeedVrfyHelo, "VRFY x")]
    [InlineData(PrivacyFlags.NeedExpnHelo, "EXPN x")]
    public void Needvrfyhelo_and_needexpnhelo_demand_an_introduction(PrivacyFlags flag, string command)
    {
        using ServerFixture fixture = With(flag);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal(
            "503 5.0.0 I demand that you introduce yourself first\r\n",
            client.Say(command + "\r\n"));
        client.Say("HELO x\r\n");
        Assert.DoesNotContain("503", client.Say(command + "\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Novrfy_tells_nothing_and_is_logged()
    {
        using var fixture = new ServerFixture(Options(PrivacyFlags.NoVrfy), verifier: new ScriptedVerifier());
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal(
            "252 2.5.2 Cannot VRFY user; try RCPT to attempt delivery (or try finger)\r\n",
            client.Say("VRFY eric\r\n"));
        Assert.Contains(fixture.Log.Lines, l => l.EndsWith("VRFY eric [rejected]", StringComparison.Ordinal));
    }

    [Fact]
    public void Noexpn_refuses_expn_is_not_advertised_and_implies_noverb()
    {
        using var fixture = new ServerFixture(Options(PrivacyFlags.NoExpn), verifier: new ScriptedVerifier());
        TestClient client = fixture.Connect();
        client.Hear();
        string hello = client.Say("EHLO x\r\n");
        Assert.DoesNotContain("EXPN", hello, StringComparison.Ordinal);
        Assert.DoesNotContain("VERB", hello, StringComparison.Ordinal);
        Assert.Equal("502 5.7.0 Sorry, we do not allow this operation\r\n", client.Say("EXPN list\r\n"));
        Assert.Equal("502 5.7.0 Verbose unavailable\r\n", client.Say("VERB\r\n"));
    }

    [Fact]
    public void Noverb_refuses_verb_and_does_not_advertise_it()
    {
        using ServerFixture fixture = With(PrivacyFlags.NoVerb);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.DoesNotContain("VERB", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        Assert.Equal("502 5.7.0 Verbose unavailable\r\n", client.Say("VERB\r\n"));
    }

    [Fact]
    public void Public_hides_nothing_and_advertises_in_sendmails_order()
    {
        using var fixture = new ServerFixture(
            Options(PrivacyFlags.Public), etrn: new DeafEtrn(), verifier: new ScriptedVerifier());
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.Equal(
            "250-mx.test Hello [192.0.2.7], pleased to meet you\r\n250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n"
            + "250-EXPN\r\n250-VERB\r\n250-8BITMIME\r\n250-SIZE 104857600\r\n250-DSN\r\n250-SMTPUTF8\r\n"
            + "250-CHUNKING\r\n250-ETRN\r\n250 HELP\r\n",
            client.Say("EHLO x\r\n"));
        Assert.Equal("250 2.0.0 Verbose mode\r\n", client.Say("VERB\r\n"));
    }

    [Fact]
    public void Noetrn_refuses_etrn_and_does_not_advertise_it()
    {
        using var fixture = new ServerFixture(Options(PrivacyFlags.NoEtrn), etrn: new DeafEtrn());
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.DoesNotContain("ETRN", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        Assert.Equal("502 5.7.0 Sorry, we do not allow this operation\r\n", client.Say("ETRN x.example\r\n"));
    }

    [Fact]
    public void Noreceipts_does_not_advertise_dsn_and_drops_requests_to_tell_of_success()
    {
        using ServerFixture fixture = With(PrivacyFlags.NoReceipts);
        TestClient client = fixture.Connect();
        client.Hear();
        Assert.DoesNotContain("DSN", client.Say("EHLO x\r\n"), StringComparison.Ordinal);
        client.Say("MAIL FROM:<>\r\n");
        client.Say("RCPT TO:<a@there.example> NOTIFY=SUCCESS,FAILURE\r\nRCPT TO:<b@there.example> NOTIFY=SUCCESS\r\n");
        client.Say("RCPT TO:<c@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.Equal(
            [DsnNotify.Failure, DsnNotify.Never, DsnNotify.Unspecified],
            Assert.Single(fixture.Queue.Messages).Recipients.Select(r => r.Notify));
    }

    [Fact]
    public void Nobodyreturn_makes_every_notification_return_headers_only()
    {
        using ServerFixture fixture = With(PrivacyFlags.NoBodyReturn);
        TestClient client = fixture.Connect();
        client.Say("EHLO x\r\n");
        client.Say("MAIL FROM:<a@client.example> RET=FULL\r\nRCPT TO:<b@there.example>\r\nDATA\r\n");
        client.Say(".\r\n");
        Assert.Equal(DsnReturn.Headers, Assert.Single(fixture.Queue.Messages).Return);
    }

    [Theory]
    [InlineData("authwarnings,novrfy,noexpn,noverb", Seed)]
    [InlineData("authwarnings, novrfy  noexpn,\tNoVerb", Seed)]
    [InlineData("public", PrivacyFlags.Public)]
    [InlineData("", PrivacyFlags.Public)]
    [InlineData("goaway", PrivacyFlags.GoAway)]
    [InlineData("goaway,restrictqrun", PrivacyFlags.GoAway | PrivacyFlags.RestrictQrun)]
    public void Flags_are_read_as_sendmail_writes_them(string text, PrivacyFlags expected)
    {
        Assert.True(PrivacyFlagsText.TryParse(text, out PrivacyFlags flags, out _));
        Assert.Equal(expected, flags);
        Assert.True(PrivacyFlagsText.TryParse(PrivacyFlagsText.Write(flags), out PrivacyFlags again, out _));
        Assert.Equal(expected, again);
    }

    [Theory]
    [InlineData("novrfy,noexpm", "noexpm")]
    [InlineData("12", "12")]
    public void A_word_that_is_no_flag_is_named(string text, string word)
    {
        Assert.False(PrivacyFlagsText.TryParse(text, out _, out string unknown));
        Assert.Equal(word, unknown);
    }

    [Fact]
    public void Goaway_is_everything_but_six()
    {
        PrivacyFlags all = Enum.GetValues<PrivacyFlags>().Aggregate((a, b) => a | b);
        PrivacyFlags left = all & ~(PrivacyFlags.NoReceipts | PrivacyFlags.RestrictMailq | PrivacyFlags.RestrictQrun
            | PrivacyFlags.RestrictExpand | PrivacyFlags.NoEtrn | PrivacyFlags.NoBodyReturn);
        Assert.Equal(PrivacyFlags.GoAway, left);
    }

    private static SmtpServerOptions Options(PrivacyFlags flags) =>
        new() { HostName = "mx.test", Privacy = flags, RequireHello = false };

    private static ServerFixture With(PrivacyFlags flags) => new(Options(flags));

    private sealed class DeafEtrn : Policies.IEtrnHandler
    {
        public Policies.EtrnResult Start(Policies.ClientIdentity client, ReadOnlySpan<byte> node, byte option) =>
            Policies.EtrnResult.Unable;
    }
}
