namespace Relay.Routing.Options;

/// <summary>What is asked of TLS with a next hop.</summary>
public enum TlsLevel : byte
{
    /// <summary>Never TLS.</summary>
    None = 0,

    /// <summary>TLS where it is offered, with whatever certificate; in clear where it is not or fails.</summary>
    May = 1,

    /// <summary>TLS always, with whatever certificate.</summary>
    Encrypt = 2,

    /// <summary>TLS always, with a certificate of a trusted authority for the host's name.</summary>
    Verify = 3,

    /// <summary>TLS always, with one of the certificates whose fingerprints are given, whoever made them.</summary>
    Fingerprint = 4,
}
