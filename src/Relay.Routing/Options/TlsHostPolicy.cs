namespace Relay.Routing.Options;

/// <summary>TLS with one host, or with those below a domain.</summary>
/// <param name="Host">A host name, <c>.domain</c> for all below it, or an address; folded.</param>
/// <param name="Level">What is asked.</param>
/// <param name="Fingerprints">SHA-256 in hexadecimal digits of upper case, without colons.</param>
public sealed record TlsHostPolicy(string Host, TlsLevel Level, IReadOnlyList<string> Fingerprints);
