namespace Relay.Tls.Certificates;

/// <summary>The files that TLS is made of, in one direction.</summary>
public sealed class TlsFiles
{
    /// <summary>
    /// Several are chosen from by the name that the client asks for; the first one is for the others.
    /// </summary>
    public IReadOnlyList<CertificateFiles> Certificates { get; init; } = [];

    /// <summary>PEM file of the authorities that are trusted; null for the system's.</summary>
    public string? Authorities { get; init; }

    /// <summary>Sendmail: GroupReadableKeyFile of DontBlameSendmail.</summary>
    public bool GroupMayReadKey { get; init; }
}
