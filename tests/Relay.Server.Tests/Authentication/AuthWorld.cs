using System.Text;
using Relay.Sasl;
using Relay.Server.Authentication;
using Relay.Server.Policies;
using Relay.Server.Tests.Fixtures;
using Relay.Tls;

namespace Relay.Server.Tests.Authentication;

/// <summary>A server with users, and clients that have said EHLO; passwords are checked on the spot.</summary>
internal sealed class AuthWorld : IDisposable
{
    private UserAuthenticator _authenticator = null!;

    public AuthWorld(AuthenticationOptions? options = null, bool tls = true)
    {
        Fixture = new ServerFixture(authenticator: heartbeat => _authenticator = new UserAuthenticator(
            Users, heartbeat, options ?? new AuthenticationOptions(), static work => Task.FromResult(work())));
        Fixture.Policy.Identify = client => client.Tls = tls
            ? new TlsInfo
            {
                Version = "TLSv1.3",
                Cipher = "TLS_AES_256_GCM_SHA384",
                Bits = 256,
                Verification = TlsVerification.Not,
            }
            : null;
    }

    public TwoUsers Users { get; } = new();

    public ServerFixture Fixture { get; }

    public UserAuthenticator Authenticator => _authenticator;

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static string Plain(string user, string password) => $"AUTH PLAIN {Base64($"\0{user}\0{password}")}\r\n";

    /// <summary>The exchange of SCRAM-SHA-256; returns the reply that ends it.</summary>
    public static string Scram(TestClient client, string user, string password)
    {
        var sasl = Sasl.Client.SaslClient.Create(
            SaslMechanisms.ScramSha256, new Sasl.Client.SaslSecret(user, Encoding.UTF8.GetBytes(password)), "h", 25);
        string reply = client.Say($"AUTH SCRAM-SHA-256 {Convert.ToBase64String(sasl.InitialResponse!)}\r\n");
        while (reply.StartsWith("334 ", StringComparison.Ordinal))
        {
            string answer = sasl.TryAnswer(Convert.FromBase64String(reply[4..].TrimEnd()), out byte[] octets)
                ? Convert.ToBase64String(octets)
                : "*";
            reply = client.Say($"{answer}\r\n");
        }

        return reply;
    }

    /// <summary>A client that has said EHLO.</summary>
    public TestClient Connect(ListenerModifiers modifiers = ListenerModifiers.None)
    {
        TestClient client = Fixture.Connect(modifiers: modifiers);
        client.Hear();
        client.Say("EHLO client.example\r\n");
        return client;
    }

    /// <summary>The AUTH line of the answer to EHLO; empty if there is none.</summary>
    public string Offer(ListenerModifiers modifiers = ListenerModifiers.None)
    {
        TestClient client = Fixture.Connect(modifiers: modifiers);
        client.Hear();
        return client.Say("EHLO client.example\r\n").Split("\r\n")
            .FirstOrDefault(static line => line.StartsWith("250-AUTH", StringComparison.Ordinal)) ?? string.Empty;
    }

    public void Dispose()
    {
        _authenticator.Dispose();
        Fixture.Dispose();
    }
}
