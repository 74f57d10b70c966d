namespace Relay.Tls;

/// <summary>The oldest version of TLS that is spoken. What is older than 1.2 is deprecated (RFC 8996).</summary>
public enum TlsMinimumVersion : byte
{
    Tls12 = 0,
    Tls13 = 1,
}
