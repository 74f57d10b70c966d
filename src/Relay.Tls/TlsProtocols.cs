using System.Net.Security;
using System.Security.Authentication;

#pragma warning disable CA5398 // the versions that are not deprecated, whatever the system's default is

namespace Relay.Tls;

/// <summary>Versions of TLS as the runtime, and as Sendmail, names them.</summary>
internal static class TlsProtocols
{
    /// <summary>The versions that are spoken: those for which there is a cipher suite.</summary>
    /// <param name="minimum">The oldest one.</param>
    /// <param name="suites">Empty for the system's.</param>
    public static SslProtocols From(TlsMinimumVersion minimum, IReadOnlyList<TlsCipherSuite> suites)
    {
        bool tls12 = minimum == TlsMinimumVersion.Tls12
            && (suites.Count == 0 || suites.Any(static suite => !CipherName.IsOfTls13(suite)));
        bool tls13 = suites.Count == 0 || suites.Any(CipherName.IsOfTls13);
        return (tls12 ? SslProtocols.Tls12 : SslProtocols.None) | (tls13 ? SslProtocols.Tls13 : SslProtocols.None);
    }

    public static string Name(SslProtocols version) => version switch
    {
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        _ => version.ToString(),
    };
}
