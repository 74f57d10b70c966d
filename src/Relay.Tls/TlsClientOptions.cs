using System.Net.Security;
using Relay.Tls.Certificates;

namespace Relay.Tls;

/// <summary>Everything about TLS that may be set for the client role.</summary>
public sealed class TlsClientOptions
{
    /// <summary>At most one certificate: what servers are shown that ask for one.</summary>
    public TlsFiles Files { get; init; } = new();

    public TlsMinimumVersion MinimumVersion { get; init; }

    /// <summary>Empty: the system's. With any, sessions are not resumed: the runtime keeps none then.</summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>A session with the same host is resumed.</summary>
    public bool Resumption { get; init; } = true;
}
