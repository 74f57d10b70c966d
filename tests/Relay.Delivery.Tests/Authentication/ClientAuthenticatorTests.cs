using Relay.Delivery.Authentication;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Sasl;
using Relay.Testing;

namespace Relay.Delivery.Tests.Authentication;

/// <summary>RFC 4954 as a client; what lacks defers the mail and suspends the destination.</summary>
public sealed class ClientAuthenticatorTests
{
    private static readonly DeliveryOptions Forced =
        new() { HostName = "relay.test", AllowPlaintextAuthentication = true };

    [Theory]
    [InlineData("LOGIN PLAIN CRAM-MD5 SCRAM-SHA-256 NTLM", "SCRAM-SHA-256")]
    [InlineData("LOGIN PLAIN CRAM-MD5", "CRAM-MD5")]
    [InlineData("LOGIN PLAIN", "PLAIN")]
    [InlineData("LOGIN", "LOGIN")]
    public async Task The_strongest_mechanism_in_common_is_used(string offered, string used)
    {
        await using var server = new AuthExchanger(offered);
        await using DeliveryHarness harness = Harness(server, ScriptedCredentials.Of("secret"), Forced);

        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal([used], server.Used);
        Assert.Contains(harness.Log.Lines, l => l.Contains($"AUTH=client, relay=", StringComparison.Ordinal)
            && l.Contains($"authid=tim, mech={used}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_entry_says_which_mechanisms_are_allowed()
    {
        await using var server = new AuthExchanger("LOGIN PLAIN CRAM-MD5 SCRAM-SHA-256");
        await using DeliveryHarness harness = Harness(
            server, ScriptedCredentials.Of("secret", SaslMechanisms.Login | SaslMechanisms.Plain), Forced);

        Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(["PLAIN"], server.Used);
    }

    [Fact]
    public async Task One_authentication_serves_the_whole_connection()
    {
        await using var server = new AuthExchanger("CRAM-MD5");
        await using DeliveryHarness harness = Harness(server, ScriptedCredentials.Of("secret"));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);
        }

        Assert.Single(server.Used);
        Assert.Equal(1, server.Exchanger.Connections);
    }

    [Fact]
    public async Task The_entry_is_looked_up_by_the_server_connected_to_and_its_address()
    {
        await using var server = new AuthExchanger("CRAM-MD5");
        var credentials = ScriptedCredentials.Of("secret");
        await using DeliveryHarness harness = Harness(server, credentials);
        await harness.SendAsync("user@a.test");
        Assert.Equal(["127.0.0.1 127.0.0.1 named"], credentials.Asked);
    }

    [Theory]
    [InlineData(true, "mx.a.test 127.0.0.1 exchange")]
    [InlineData(false, "mx.a.test 127.0.0.1 named")]
    public async Task A_server_that_the_recipients_domain_named_is_an_exchange_that_of_a_smart_host_is_none(
        bool isMxRoute, string asked)
    {
        await using var server = new AuthExchanger("CRAM-MD5");
        var credentials = ScriptedCredentials.Of("secret");
        await using var harness = new DeliveryHarness(credentials: credentials);
        harness.Routes.Hosts["mx.a.test"] = [System.Net.IPAddress.Loopback];
        harness.Routes["a.test"] = new Route(
            RouteKind.Smtp,
            "mx:a.test",
            [new NextHop("mx.a.test", server.Exchanger.Port, false, 0) { IsExchange = true }])
        {
            IsMxRoute = isMxRoute,
        };
        await harness.SendAsync("user@a.test");
        Assert.Equal([asked], credentials.Asked);
    }

    [Fact]
    public async Task A_server_that_an_address_literal_named_is_not_the_administrators_though_a_table_names_it_too()
    {
        await using var server = new AuthExchanger("CRAM-MD5");
        var credentials = ScriptedCredentials.Of("secret");
        await using DeliveryHarness harness = Harness(server, credentials);
        harness.Routes["[127.0.0.1]"] = harness.Routes["a.test"] with { Name = "to:[127.0.0.1]:25", IsLiteral = true };
        await harness.SendAsync("user@[127.0.0.1]");
        await harness.SendAsync("user@a.test");
        Assert.Equal(["127.0.0.1 127.0.0.1 exchange", "127.0.0.1 127.0.0.1 named"], credentials.Asked);
    }

    [Theory]
    [InlineData("PLAIN LOGIN", "there is no TLS")]
    [InlineData("", "the server does not offer AUTH")]
    [InlineData("NTLM GSSAPI", "no mechanism in common")]
    public async Task What_the_server_lacks_defers_the_mail_suspends_the_destination_and_is_told(string offered, string why)
    {
        await using var server = new AuthExchanger(offered);
        await using DeliveryHarness harness = Harness(server, ScriptedCredentials.Of("s3cr3t-s3cr3t"));

        RecordingQueue.Completion first = await harness.SendAsync("user@a.test");
        Assert.Equal(RecipientStatus.Deferred, first.Only.Status);
        await AssertSuspendedAsync(harness, server, why, "s3cr3t-s3cr3t");
        Assert.Empty(server.Used);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    [InlineData("SCRAM-SHA-256")]
    public async Task A_wrong_password_bounces_nothing_and_is_tried_once(string mechanism)
    {
        await using var server = new AuthExchanger(mechanism);
        await using DeliveryHarness harness = Harness(server, ScriptedCredentials.Of("wr0ng-wr0ng"), Forced);

        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
        await AssertSuspendedAsync(harness, server, "535 ", "wr0ng-wr0ng");
        Assert.Equal([mechanism], server.Used);
    }

    [Fact]
    public async Task Once_the_password_is_right_a_flush_sends_what_waits()
    {
        await using var server = new AuthExchanger("CRAM-MD5");
        var credentials = ScriptedCredentials.Of("wrong");
        await using DeliveryHarness harness = Harness(server, credentials);
        await harness.SendAsync("user@a.test");
        await harness.SubmitAsync("other@a.test");
        credentials.Current = ScriptedCredentials.Password("secret");
        harness.Service.Flush();

        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
    }

    [Theory]
    [InlineData("454 4.7.0 Temporary authentication failure")]
    [InlineData("421 4.3.2 Closing")]
    public async Task The_servers_own_trouble_defers_the_mail_and_suspends_nothing(string verdict)
    {
        await using var server = new AuthExchanger("CRAM-MD5") { Verdict = verdict };
        await using DeliveryHarness harness = Harness(server, ScriptedCredentials.Of("secret"));

        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Empty(harness.Service.SummarizeSuspensions());
    }

    [Theory]
    [InlineData("504 5.5.4 Unrecognized")]
    [InlineData("534 5.7.9 Too weak")]
    [InlineData("538 5.7.11 Encryption required")]
    public async Task A_mechanism_that_the_server_does_not_want_after_all_is_followed_by_the_next(string verdict)
    {
        await using var server = new AuthExchanger("CRAM-MD5 SCRAM-SHA-256") { Verdict = verdict };
        await using DeliveryHarness harness = Harness(server, ScriptedCredentials.Of("secret"));

        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(["SCRAM-SHA-256", "CRAM-MD5"], server.Used);
    }

    [Fact]
    public async Task A_yes_without_the_servers_own_proof_is_no_yes()
    {
        await using var exchanger = new ScriptedMailExchanger(
            static line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "235 2.7.0 Welcome, whoever you are" : null)
        {
            Offer = "250-mx.test\r\n250 AUTH SCRAM-SHA-256",
        };
        await using var harness = new DeliveryHarness(credentials: ScriptedCredentials.Of("secret"));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");

        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Contains(
            "without proof", Assert.Single(harness.Service.SummarizeSuspensions()).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CRAM-MD5", 900)]
    [InlineData("CRAM-MD5", 20_000)]
    [InlineData("SCRAM-SHA-256", 900)]
    [InlineData("SCRAM-SHA-256", 20_000)]
    public async Task A_challenge_that_is_longer_than_any_is_answered_by_nothing_that_lets_mail_pass(
        string mechanism, int length)
    {
        await using var exchanger = new ScriptedMailExchanger(line => line.Split(' ')[0] switch
        {
            "AUTH" => $"334 {new string('A', length)}",
            "EHLO" or "QUIT" or "<connected>" => null,
            _ => "535 5.7.8 no",
        })
        {
            Offer = $"250-mx.test\r\n250 AUTH {mechanism}",
        };
        await using var harness = new DeliveryHarness(credentials: ScriptedCredentials.Of("secret"));
        harness.Routes["a.test"] = TestRoutes.To(exchanger.Port, name: "hop");
        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.DoesNotContain(exchanger.Lines, static l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task By_sendmails_way_mail_is_tried_without_authentication()
    {
        await using var server = new AuthExchanger("CRAM-MD5");
        await using DeliveryHarness harness = Harness(
            server,
            ScriptedCredentials.Of("wrong"),
            new DeliveryOptions { HostName = "relay.test", SendUnauthenticated = true });

        await harness.SendAsync("user@a.test");
        Assert.Contains(
            harness.Log.Lines, static l => l.Contains("Authentication required", StringComparison.Ordinal));
        Assert.Empty(harness.Service.SummarizeSuspensions());
        Assert.Contains(
            harness.Log.Lines, static l => l.Contains("mail is sent without authentication", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("XOAUTH2")]
    [InlineData("OAUTHBEARER")]
    public async Task A_token_out_of_a_file_authenticates_and_one_that_was_renewed_there_is_used_at_once(string mechanism)
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "good-token\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await using var server = new AuthExchanger(mechanism);
            await using DeliveryHarness harness = Harness(
                server,
                new ScriptedCredentials(new ServerCredentials("tim", "", new FileTokenSource(path), SaslMechanisms.All)),
                Forced);
            Assert.Equal(RecipientStatus.Delivered, (await harness.SendAsync("user@a.test")).Only.Status);

            server.Token = "next-token";
            server.Exchanger.CutAll();
            Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
            await AssertSuspendedAsync(harness, server, "invalid_token", "good-token");
            await File.WriteAllTextAsync(path, "next-token\n");
            harness.Service.Flush();
            Assert.Equal(RecipientStatus.Delivered, (await harness.Queue.NextAsync()).Only.Status);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_token_that_cannot_be_got_just_now_defers_the_mail_and_suspends_nothing(
        bool isTemporary, int suspensions)
    {
        await using var server = new AuthExchanger("XOAUTH2");
        TokenResult none = isTemporary ? TokenResult.Unavailable("no answer") : TokenResult.Failed("refused");
        await using DeliveryHarness harness = Harness(
            server,
            new ScriptedCredentials(new ServerCredentials("tim", "", new NoTokens(none), SaslMechanisms.All)),
            Forced);
        Assert.Equal(RecipientStatus.Deferred, (await harness.SendAsync("user@a.test")).Only.Status);
        Assert.Equal(suspensions, harness.Service.SummarizeSuspensions().Count);
    }

    private static DeliveryHarness Harness(
        AuthExchanger server, ScriptedCredentials credentials, DeliveryOptions? options = null)
    {
        var harness = new DeliveryHarness(options, credentials: credentials);
        harness.Routes["a.test"] = TestRoutes.To(server.Exchanger.Port, name: "hop");
        return harness;
    }

    /// <summary>The destination rests, says why, and the secret is nowhere.</summary>
    private static async Task AssertSuspendedAsync(
        DeliveryHarness harness, AuthExchanger server, string why, string secret)
    {
        int connections = server.Exchanger.Connections;
        SuspensionSummary suspension = Assert.Single(harness.Service.SummarizeSuspensions());
        Assert.Contains(why, suspension.Reason, StringComparison.Ordinal);
        Assert.False(suspension.IsManual);
        await harness.SubmitAsync("more@a.test");
        harness.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(connections, server.Exchanger.Connections);
        Assert.Contains(harness.Log.Lines, l => l.Contains("Authentication failed with", StringComparison.Ordinal)
            && l.Contains("waits until this is put right", StringComparison.Ordinal));
        Assert.DoesNotContain(harness.Log.Lines, l => l.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(secret, suspension.Reason, StringComparison.Ordinal);
    }

    private sealed class NoTokens(TokenResult result) : ITokenSource
    {
        public ValueTask<TokenResult> GetAsync(byte[]? refused, CancellationToken cancellation) => new(result);
    }
}
