using System.Text.RegularExpressions;
using Relay.Sasl;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Tls;
using static Relay.Server.Tests.Authentication.AuthWorld;

namespace Relay.Server.Tests.Authentication;

/// <summary>RFC 4954, and what Sendmail answers.</summary>
public sealed class AuthTests
{
    /// <summary>
    /// The line of fail2ban's filter.d/sendmail-auth.conf (1.0.2), its names for addresses written out.
    /// </summary>
    private static readonly Regex Fail2Ban = new(
        @"^AUTH failure \([^\)]+\):(?: [^:]+:)? (?:authentication failure|user not found): [^,]*, "
        + @"(?:user=(?<user>\S+|.*?), )?relay=(?:\S+ )?\[(?:IPv6:)?(?<address>[0-9a-f.:]+)\](?: \(may be forged\))?$");

    private const string Ok = "235 2.0.0 OK Authenticated\r\n";
    private const string Failed = "535 5.7.8 authentication failed\r\n";

    [Fact]
    public void Under_tls_all_mechanisms_are_offered_and_the_strongest_stands_first()
    {
        using var world = new AuthWorld();
        Assert.Equal("250-AUTH SCRAM-SHA-256 PLAIN LOGIN", world.Offer());
    }

    [Fact]
    public void Without_tls_no_mechanism_is_offered_that_sends_the_password()
    {
        using var world = new AuthWorld(tls: false);
        Assert.Equal("250-AUTH SCRAM-SHA-256", world.Offer());
        Assert.Equal(
            "538 5.7.11 Encryption required for requested authentication mechanism\r\n",
            world.Connect().Say(Plain("tim", "secret")));
    }

    [Fact]
    public void Without_tls_the_option_forces_plain_and_login()
    {
        using var world = new AuthWorld(new AuthenticationOptions { AllowPlaintext = true }, tls: false);
        Assert.Equal("250-AUTH SCRAM-SHA-256 PLAIN LOGIN", world.Offer());
        Assert.Equal(Ok, world.Connect().Say(Plain("tim", "secret")));
    }

    [Fact]
    public void Modifier_A_and_a_directory_without_users_offer_no_auth()
    {
        using var world = new AuthWorld();
        Assert.Equal(string.Empty, world.Offer(ListenerModifiers.NoAuthentication));
        Assert.Equal(
            "503 5.3.3 AUTH not available\r\n",
            world.Connect(ListenerModifiers.NoAuthentication).Say(Plain("tim", "secret")));
        world.Users.Users.Clear();
        Assert.Equal(string.Empty, world.Offer());
        Assert.Equal("503 5.3.3 AUTH not available\r\n", world.Connect().Say(Plain("tim", "secret")));
    }

    [Fact]
    public void External_is_offered_to_a_verified_certificate_of_a_user_and_needs_no_password()
    {
        using var world = new AuthWorld(new AuthenticationOptions { TrustsCertificates = true });
        world.Fixture.Policy.Identify = static client => client.Tls = Certified("tim", TlsVerification.Ok);
        Assert.Equal("250-AUTH EXTERNAL SCRAM-SHA-256 PLAIN LOGIN", world.Offer());
        TestClient client = world.Connect();
        Assert.Equal(Ok, client.Say("AUTH EXTERNAL =\r\n"));
        Assert.Equal("tim", world.Fixture.Policy.Client!.AuthenticatedIdentity);

        Assert.Equal(Failed, world.Connect().Say($"AUTH EXTERNAL {Base64("tom")}\r\n"));
        world.Fixture.Policy.Identify = static client => client.Tls = Certified("nobody", TlsVerification.Ok);
        Assert.DoesNotContain("EXTERNAL", world.Offer(), StringComparison.Ordinal);
        world.Fixture.Policy.Identify = static client => client.Tls = Certified("tim", TlsVerification.Fail);
        Assert.DoesNotContain("EXTERNAL", world.Offer(), StringComparison.Ordinal);
    }

    [Fact]
    public void External_is_not_offered_while_the_authorities_are_those_of_everybody()
    {
        using var world = new AuthWorld();
        world.Fixture.Policy.Identify = static client => client.Tls = Certified("tim", TlsVerification.Ok);
        Assert.Equal("250-AUTH SCRAM-SHA-256 PLAIN LOGIN", world.Offer());
        Assert.StartsWith("504 ", world.Connect().Say("AUTH EXTERNAL =\r\n"), StringComparison.Ordinal);
        Assert.Null(world.Fixture.Policy.Client!.AuthenticatedIdentity);
    }

    [Fact]
    public void Plain_takes_its_initial_response_or_asks_for_it()
    {
        using var world = new AuthWorld();
        Assert.Equal(Ok, world.Connect().Say(Plain("tim", "secret")));
        TestClient asked = world.Connect();
        Assert.Equal("334 \r\n", asked.Say("AUTH PLAIN\r\n"));
        Assert.Equal(Ok, asked.Say($"{Base64("\0tim\0secret")}\r\n"));
    }

    [Fact]
    public void Login_asks_for_name_and_password()
    {
        using var world = new AuthWorld();
        TestClient client = world.Connect();
        Assert.Equal("334 VXNlcm5hbWU6\r\n", client.Say("AUTH LOGIN\r\n"));
        Assert.Equal("334 UGFzc3dvcmQ6\r\n", client.Say($"{Base64("tim")}\r\n"));
        Assert.Equal(Ok, client.Say($"{Base64("secret")}\r\n"));
        Assert.Equal("334 UGFzc3dvcmQ6\r\n", world.Connect().Say($"auth login {Base64("tim")}\r\n"));
    }

    [Fact]
    public void Scram_proves_both_sides()
    {
        using var world = new AuthWorld(tls: false);
        Assert.Equal(Ok, Scram(world.Connect(), "tim", "secret"));
        Assert.Equal(Failed, Scram(world.Connect(), "tim", "wrong"));
        Assert.Equal(Failed, Scram(world.Connect(), "nobody", "secret"));
    }

    [Fact]
    public void A_replayed_scram_exchange_is_refused()
    {
        using var world = new AuthWorld(tls: false);
        var said = new List<string>();
        var sasl = Sasl.Client.SaslClient.Create(
            SaslMechanisms.ScramSha256, new Sasl.Client.SaslSecret("tim", "secret"u8.ToArray()), "h", 25);
        TestClient first = world.Connect();
        said.Add($"AUTH SCRAM-SHA-256 {Convert.ToBase64String(sasl.InitialResponse!)}\r\n");
        string reply = first.Say(said[0]);
        sasl.TryAnswer(Convert.FromBase64String(reply[4..].TrimEnd()), out byte[] final);
        said.Add(Convert.ToBase64String(final) + "\r\n");
        Assert.StartsWith("334 dj", first.Say(said[1]), StringComparison.Ordinal);
        Assert.Equal(Ok, first.Say("\r\n"));

        TestClient second = world.Connect();
        Assert.StartsWith("334 ", second.Say(said[0]), StringComparison.Ordinal);
        Assert.Equal(Failed, second.Say(said[1]));
    }

    [Theory]
    [InlineData("tim", "wrong")]
    [InlineData("nobody", "secret")]
    public void Wrong_passwords_and_unknown_users_get_the_same_reply_for_the_same_work(string user, string password)
    {
        using var world = new AuthWorld();
        Assert.Equal(Failed, world.Connect().Say(Plain(user, password)));
        Assert.Equal(1, world.Authenticator.Checker.Computed);
    }

    [Fact]
    public void A_password_found_right_is_not_computed_again_until_it_changes()
    {
        using var world = new AuthWorld();
        Assert.Equal(Ok, world.Connect().Say(Plain("tim", "secret")));
        Assert.Equal(Ok, world.Connect().Say(Plain("tim", "secret")));
        Assert.Equal(1, world.Authenticator.Checker.Computed);
        Assert.Equal(Failed, world.Connect().Say(Plain("tim", "secret2")));
        world.Users.Users["tim"] = world.Users.Users["tom"];
        Assert.Equal(Failed, world.Connect().Say(Plain("tim", "secret")));
        Assert.Equal(3, world.Authenticator.Checker.Computed);
    }

    [Theory]
    [InlineData("AUTH PLAIN !!!!\r\n", "501 5.5.2 Cannot BASE64 decode the response\r\n")]
    [InlineData("AUTH PLAIN YQ=\r\n", "501 5.5.2 Cannot BASE64 decode the response\r\n")]
    [InlineData("AUTH PLAIN =\r\n", "501 5.5.2 The response does not fit the mechanism\r\n")]
    [InlineData("AUTH PLAIN YQ==\r\n", "501 5.5.2 The response does not fit the mechanism\r\n")]
    [InlineData("AUTH\r\n", "501 5.5.2 AUTH mechanism must be specified\r\n")]
    [InlineData("AUTH CRAM-MD5\r\n", "504 5.5.4 AUTH mechanism CRAM-MD5 not available\r\n")]
    [InlineData("AUTH LOGIN\r\n*\r\n", "334 VXNlcm5hbWU6\r\n501 5.7.0 AUTH aborted\r\n")]
    [InlineData("AUTH LOGIN\r\n?\r\n", "334 VXNlcm5hbWU6\r\n501 5.5.2 Cannot BASE64 decode the response\r\n")]
    public void What_is_no_exchange_is_refused_and_the_session_goes_on(string said, string heard)
    {
        using var world = new AuthWorld();
        TestClient client = world.Connect();
        Assert.Equal(heard, client.Say(said));
        Assert.Equal("250 2.0.0 OK\r\n", client.Say("NOOP\r\n"));
        Assert.Equal(Ok, client.Say(Plain("tim", "secret")));
    }

    [Fact]
    public void A_line_of_an_exchange_may_have_12288_octets_and_not_one_more()
    {
        using var world = new AuthWorld();
        TestClient client = world.Connect();
        string longest = "AUTH PLAIN " + new string('A', 12288 - 13) + "\r\n";
        Assert.Equal(12288, longest.Length);
        Assert.StartsWith("501 5.5.2 ", client.Say(longest), StringComparison.Ordinal);
        Assert.Equal(
            "500 5.5.6 Authentication exchange line is too long\r\n",
            client.Say("AUTH PLAIN " + new string('A', 12288 - 12) + "\r\n"));
        client.Say("AUTH PLAIN\r\n");
        Assert.StartsWith("501 5.5.2 ", client.Say(new string('A', 12286) + "\r\n"), StringComparison.Ordinal);
        client.Say("AUTH PLAIN\r\n");
        Assert.Equal(
            "500 5.5.6 Authentication exchange line is too long\r\n", client.Say(new string('A', 12287) + "\r\n"));
        Assert.Equal("500 5.5.2 Line too long\r\n", client.Say("NOOP " + new string('A', 3000) + "\r\n"));
        Assert.Equal(Ok, client.Say(Plain("tim", "secret")));
    }

    [Fact]
    public void Auth_comes_behind_ehlo_once_and_not_within_a_transaction()
    {
        using var world = new AuthWorld();
        TestClient early = world.Fixture.Connect();
        early.Hear();
        Assert.StartsWith("503 5.0.0 ", early.Say(Plain("tim", "secret")), StringComparison.Ordinal);
        early.Say("HELO client.example\r\n");
        Assert.StartsWith("503 5.0.0 ", early.Say(Plain("tim", "secret")), StringComparison.Ordinal);

        TestClient client = world.Connect();
        client.Say("MAIL FROM:<a@b.example>\r\n");
        Assert.Equal(
            "503 5.5.0 AUTH not permitted during a mail transaction\r\n", client.Say(Plain("tim", "secret")));
        client.Say("RSET\r\n");
        Assert.Equal(Ok, client.Say(Plain("tim", "secret")));
        Assert.Equal("503 5.5.0 Already Authenticated\r\n", client.Say(Plain("tim", "secret")));
    }

    [Fact]
    public void Modifier_a_takes_mail_only_behind_auth_and_the_message_says_who_sent_it()
    {
        using var world = new AuthWorld();
        TestClient client = world.Connect(ListenerModifiers.RequireAuthentication);
        Assert.Equal("530 5.7.0 Authentication required\r\n", client.Say("MAIL FROM:<a@b.example>\r\n"));
        client.Say(Plain("tim", "secret"));
        Assert.StartsWith("250 2.1.0 ", client.Say("MAIL FROM:<a@b.example> AUTH=<>\r\n"), StringComparison.Ordinal);
        client.Say("RCPT TO:<c@d.example>\r\nDATA\r\n");
        Assert.StartsWith("250 2.0.0 ", client.Say("Subject: x\r\n\r\n.\r\n"), StringComparison.Ordinal);

        RecordedMessage message = Assert.Single(world.Fixture.Queue.Messages);
        Assert.Contains(" with ESMTPSA id ", message.Prologue, StringComparison.Ordinal);
        Assert.Equal("tim", message.AuthIdentity);
    }

    [Theory]
    [InlineData("AUTH=<>", "250 2.1.0 <a@b.example>... Sender ok\r\n")]
    [InlineData("AUTH=e+3Dmc2@example.com", "250 2.1.0 <a@b.example>... Sender ok\r\n")]
    [InlineData("AUTH=", "501 5.5.4 Syntax error in parameters\r\n")]
    [InlineData("AUTH=a+zz", "501 5.5.4 Syntax error in AUTH parameter value\r\n")]
    public void The_auth_parameter_of_mail_is_xtext_and_is_believed_of_nobody(string parameter, string heard)
    {
        using var world = new AuthWorld();
        TestClient client = world.Connect();
        string reply = client.Say($"MAIL FROM:<a@b.example> {parameter}\r\n");
        Assert.Equal(heard[..9], reply[..9]);
        Assert.Null(world.Fixture.Policy.Client!.AuthenticatedIdentity);
    }

    [Fact]
    public void Success_and_failure_are_logged_in_sendmails_words_without_the_password()
    {
        using var world = new AuthWorld();
        world.Connect().Say(Plain("tim", "wr0ng-pass"));
        world.Connect().Say(Plain("tim", "secret"));
        world.Connect().Say(Plain("a, relay=[198.51.100.1]", "x"));
        string[] lines = [.. world.Fixture.Log.Lines.Select(static l => l[(l.IndexOf(" reply=", StringComparison.Ordinal) + 7)..])];
        Assert.Contains(
            "AUTH failure (PLAIN): authentication failure (-13) SASL(-13): authentication failure: checkpass failed, "
                + "user=tim, relay=[192.0.2.7]",
            lines);
        Assert.Contains("AUTH=server, relay=[192.0.2.7], authid=tim, mech=PLAIN, bits=0", lines);
        Assert.Contains(lines, static l => l.EndsWith(
            "user=a??relay=?198.51.100.1?, relay=[192.0.2.7]", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static l => l.Contains("wr0ng", StringComparison.Ordinal));
    }

    [Fact]
    public void Fail2bans_filter_for_sendmail_finds_address_and_user_of_each_failure()
    {
        using var world = new AuthWorld(new AuthenticationOptions { FailuresPerAddressMax = 2 });
        world.Connect().Say(Plain("tim", "guess"));
        world.Connect().Say(Plain("nobody", "guess"));
        world.Connect().Say(Plain("tim", "secret")); // not heard any more
        (string, string)[] found =
        [
            .. world.Fixture.Log.Lines
                .Select(static l => Fail2Ban.Match(l[(l.IndexOf(" reply=", StringComparison.Ordinal) + 7)..]))
                .Where(static m => m.Success)
                .Select(static m => (m.Groups["user"].Value, m.Groups["address"].Value)),
        ];
        Assert.Equal([("tim", "192.0.2.7"), ("nobody", "192.0.2.7"), (string.Empty, "192.0.2.7")], found);
    }

    [Fact]
    public void An_address_that_fails_too_often_is_not_heard_for_a_minute_right_or_wrong()
    {
        using var world = new AuthWorld(new AuthenticationOptions { FailuresPerAddressMax = 3 });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Failed, world.Connect().Say(Plain($"user{i}", "guess")));
        }

        int computed = world.Authenticator.Checker.Computed;
        Assert.Equal(
            "454 4.7.0 Too many authentication failures, try again later\r\n",
            world.Connect().Say(Plain("tim", "secret")));
        Assert.Equal(computed, world.Authenticator.Checker.Computed);
        world.Fixture.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(Ok, world.Connect().Say(Plain("tim", "secret")));
    }

    [Fact]
    public void A_user_whose_password_is_guessed_from_anywhere_is_spared_but_for_an_address_that_knew_it()
    {
        using var world = new AuthWorld(new AuthenticationOptions { FailuresPerUserMax = 2, FailuresPerAddressMax = 0 });
        TestClient known = At(world, "192.0.2.20");
        Assert.Equal(Ok, known.Say(Plain("tim", "secret")));
        Assert.Equal(Failed, At(world, "192.0.2.8").Say(Plain("tim", "a")));
        Assert.Equal(Failed, At(world, "192.0.2.9").Say(Plain("tim", "b")));
        Assert.StartsWith("454 4.7.0 ", At(world, "192.0.2.10").Say(Plain("tim", "c")), StringComparison.Ordinal);
        Assert.Equal(Ok, At(world, "192.0.2.20").Say(Plain("tim", "secret")));
        Assert.Equal(Failed, At(world, "192.0.2.10").Say(Plain("tom", "c")));
    }

    [Fact]
    public void Attempts_beyond_the_mechanisms_wait_longer_each_time()
    {
        using var world = new AuthWorld(new AuthenticationOptions { FailuresPerAddressMax = 0, FailuresPerUserMax = 0 });
        TestClient client = world.Connect();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(Failed, client.Say(Plain("tim", "x")));
        }

        Assert.Equal(string.Empty, client.Say(Plain("tim", "x")));
        world.Fixture.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Failed, client.Hear());
        Assert.Contains(
            world.Fixture.Log.Lines,
            static l => l.EndsWith("possible SMTP attack: command=AUTH, count=5", StringComparison.Ordinal));
    }

    private static TestClient At(AuthWorld world, string address)
    {
        TestClient client = world.Fixture.Connect(
            new InMemoryConnection(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(address), 4000)));
        client.Hear();
        client.Say("EHLO client.example\r\n");
        return client;
    }

    private static TlsInfo Certified(string name, TlsVerification verification) => new()
    {
        Version = "TLSv1.3",
        Cipher = "TLS_AES_256_GCM_SHA384",
        Bits = 256,
        Verification = verification,
        Certificate = TestCertificate.Of(name),
    };
}
