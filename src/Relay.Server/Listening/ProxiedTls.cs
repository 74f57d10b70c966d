namespace Relay.Server.Listening;

/// <summary>TLS between a client and a proxy that has ended it, in the proxy's words; they may be any octets.</summary>
/// <param name="Version">E.g. <c>TLSv1.3</c>; empty if it was not told.</param>
/// <param name="Cipher">OpenSSL's name; empty if it was not told.</param>
internal sealed record ProxiedTls(string Version, string Cipher);
