using System.Text;

namespace Relay.Sasl.Client;

/// <summary>
/// The client's side of one exchange (RFC 4422 §3): challenges in, answers out, no I/O and no waiting; SCRAM computes
/// for as long as the server's iterations say. One exchange each; not thread-safe.
/// </summary>
public abstract class SaslClient
{
    public abstract SaslMechanisms Mechanism { get; }

    /// <summary>What goes with the AUTH command; null where the server speaks first.</summary>
    public virtual byte[]? InitialResponse => null;

    /// <summary>The server may say yes now. Otherwise a yes is no proof of who the server is.</summary>
    public virtual bool IsComplete { get; protected set; } = true;

    /// <summary>What the server said of an error within the exchange; empty if nothing.</summary>
    public string ServerError { get; protected set; } = string.Empty;

    /// <summary>Makes the client's side of a mechanism.</summary>
    /// <param name="mechanism">One of those that there is a client's side of.</param>
    /// <param name="secret">Who it is.</param>
    /// <param name="host">The server, for OAUTHBEARER.</param>
    /// <param name="port">The same.</param>
    public static SaslClient Create(SaslMechanisms mechanism, SaslSecret secret, string host, int port) =>
        mechanism switch
        {
            SaslMechanisms.Plain => new PlainClient(secret),
            SaslMechanisms.Login => new LoginClient(secret),
            SaslMechanisms.CramMd5 => new CramMd5Client(secret),
            SaslMechanisms.ScramSha256 => new ScramClient(secret),
            SaslMechanisms.External => new ExternalClient(secret),
            SaslMechanisms.XOAuth2 or SaslMechanisms.OAuthBearer => new BearerClient(mechanism, secret, host, port),
            _ => throw new ArgumentOutOfRangeException(nameof(mechanism)),
        };

    /// <summary>Answers a challenge.</summary>
    /// <returns>False: the exchange is to be cancelled.</returns>
    public abstract bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer);

    private protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
