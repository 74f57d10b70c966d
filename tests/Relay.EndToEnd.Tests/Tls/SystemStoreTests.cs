using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Relay.EndToEnd.Tests.Monitoring;
using Relay.Testing;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// Next hops are verified against the system's certificates where the options name no authorities. The system's are
/// what OpenSSL's own variables say they are, so that a test has a store of its own.
/// </summary>
public sealed class SystemStoreTests
{
    private const string Started = "STARTTLS=client, relay=mx.test [127.0.0.1], version=TLSv1.3, verify=";

    [Fact]
    public async Task A_host_whose_authority_is_in_the_systems_store_gets_mail_over_verified_TLS()
    {
        await using World world = await World.StartAsync(authority => authority.Issue("mx.test"), isTrusted: true);
        await world.SendAsync();
        await world.Relay.WaitForLineAsync(Started + "OK");
        await world.Exchanger.WhenAsync(static e => e.Mails.Count == 1);
    }

    [Theory]
    [InlineData("other authority", "unable to get local issuer certificate")]
    [InlineData("other name", "the certificate is for another name")]
    [InlineData("expired", "the certificate has expired or is not yet valid")]
    [InlineData("self-signed", "self-signed certificate")]
    public async Task What_the_systems_store_does_not_vouch_for_keeps_mail_in_the_queue_and_the_log_says_why(
        string fault, string reason)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await using World world = await World.StartAsync(
            authority => fault switch
            {
                "other name" => authority.Issue("other.test"),
                "expired" => authority.Issue("mx.test", now.AddDays(-20), now.AddDays(-1)),
                "self-signed" => TestAuthority.SelfSigned("mx.test"),
                _ => authority.Issue("mx.test"),
            },
            isTrusted: fault != "other authority");
        await world.SendAsync();
        await world.Relay.WaitForLineAsync(Started + "FAIL");
        string line = await world.Relay.WaitForLineAsync("to=<b@example.org>");
        Assert.Contains(
            $"server certificate not verified: {reason} (mx.test [127.0.0.1])", line, StringComparison.Ordinal);
        Assert.Contains(" deferred ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(
            world.Exchanger.Lines, static l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    /// <summary>A next hop <c>mx.test</c> with TLS, and the real program, whose system trusts one authority.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly Workspace _workspace = new();
        private readonly TestAuthority _authority = new();
        private readonly X509Certificate2 _certificate;
        private readonly RelayUnderTest _relay;

        private World(Func<TestAuthority, X509Certificate2> make)
        {
            _certificate = make(_authority);
            Exchanger = new ScriptedMailExchanger
            {
                Offer = "250-mx.test\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES",
                Tls = ServeAsync,
            };
            _relay = new RelayUnderTest(_workspace, Exchanger.Port)
            {
                Settings =
                [
                    string.Create(CultureInfo.InvariantCulture, $"smartHost=smtp:[mx.test]:{Exchanger.Port}"),
                    $"dns.hostsFile={_workspace.Write("hosts", "127.0.0.1 mx.test\n")}",
                    "delivery.tls.level=verify",
                ],
            };
        }

        public ScriptedMailExchanger Exchanger { get; }

        public RunningProgram Relay => _relay.Program;

        /// <param name="make">Makes the next hop's certificate.</param>
        /// <param name="isTrusted">The authority is in the store; else only another one is.</param>
        public static async Task<World> StartAsync(Func<TestAuthority, X509Certificate2> make, bool isTrusted)
        {
            var world = new World(make);
            try
            {
                using var other = new TestAuthority("Somebody Else");
                string bundle = (isTrusted ? world._authority : other).WriteTo(world._workspace.PathOf("bundle.pem"));
                string folder = Directory.CreateDirectory(world._workspace.PathOf("certs")).FullName;
                await world._relay.StartAsync("/usr/bin/env", $"SSL_CERT_FILE={bundle}", $"SSL_CERT_DIR={folder}");
                return world;
            }
            catch
            {
                await world.DisposeAsync();
                throw;
            }
        }

        public async Task SendAsync()
        {
            using Conversation client = await Conversation.BeginAsync(_relay.Port, "127.0.0.1");
            await client.SayAsync(null);
            await client.SayAsync("EHLO client.test");
            await client.SayAsync("MAIL FROM:<a@example.com>");
            await client.SayAsync("RCPT TO:<b@example.org>");
            await client.SayAsync("DATA");
            Assert.StartsWith("250", await client.SayAsync("Subject: x\r\n\r\nx\r\n."), StringComparison.Ordinal);
        }

        public async ValueTask DisposeAsync()
        {
            await _relay.DisposeAsync();
            await Exchanger.DisposeAsync();
            _certificate.Dispose();
            _authority.Dispose();
            _workspace.Dispose();
        }

        private async Task<Stream> ServeAsync(Stream connection, CancellationToken stop)
        {
            var stream = new SslStream(connection);
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = _certificate }, stop);
            return stream;
        }
    }
}
