namespace Relay.Sasl.Server;

/// <summary>
/// The server's side of one exchange (RFC 4422 §3): messages in, challenges out, no I/O and no waiting. One exchange
/// each; not thread-safe.
/// </summary>
public abstract class SaslServer
{
    /// <summary>The name that is to be proved, prepared; empty until it is known.</summary>
    public byte[] Identity { get; protected set; } = [];

    /// <summary>What the client is to answer; valid with <see cref="SaslServerState.Challenge"/>.</summary>
    public byte[] Challenge { get; protected set; } = [];

    /// <summary>The password; valid with <see cref="SaslServerState.Check"/>. To be forgotten soon.</summary>
    public byte[] Password { get; protected set; } = [];

    /// <summary>Takes the client's next message.</summary>
    /// <param name="message">The initial response or the answer to the last challenge, decoded.</param>
    /// <param name="isThere">False: the exchange begins without an initial response.</param>
    public abstract SaslServerState Next(ReadOnlySpan<byte> message, bool isThere);

    /// <summary>Nobody acts for somebody else here: the identity wanted is none or the one that is proved.</summary>
    protected static bool IsSame(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> proved) =>
        wanted.IsEmpty || wanted.SequenceEqual(proved);
}
