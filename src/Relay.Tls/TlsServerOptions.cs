using System.Net.Security;
using Relay.Tls.Certificates;

namespace Relay.Tls;

/// <summary>Everything about TLS that may be set for the server role.</summary>
public sealed class TlsServerOptions
{
    public TlsFiles Files { get; init; } = new();

    public TlsMinimumVersion MinimumVersion { get; init; }

    /// <summary>Empty: the system's. With any, sessions are not resumed: the runtime keeps none then.</summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>
    /// Clients are asked for a certificate. One that is not there or not valid is no obstacle: what it permits, the
    /// rules say.
    /// </summary>
    public bool AsksForCertificates { get; init; }

    /// <summary>Sessions are resumed by tickets (RFC 8446 §2.2, RFC 5077).</summary>
    public bool Resumption { get; init; } = true;
}
