using System.Net.Security;

namespace Relay.Tls;

/// <summary>Cipher suites as an administrator names them.</summary>
public static class TlsCipherSuites
{
    /// <summary>True if a connection of at least that version has a suite to use.</summary>
    public static bool Allow(TlsMinimumVersion minimum, IReadOnlyList<TlsCipherSuite> suites) =>
        TlsProtocols.From(minimum, suites) != System.Security.Authentication.SslProtocols.None;

    /// <param name="names">The registry's or OpenSSL's names.</param>
    /// <param name="suites">In the order given.</param>
    /// <param name="unknown">If false: the first name that is none.</param>
    public static bool TryParse(
        IEnumerable<string> names, out IReadOnlyList<TlsCipherSuite> suites, out string unknown)
    {
        var found = new List<TlsCipherSuite>();
        suites = found;
        unknown = string.Empty;
        foreach (string name in names)
        {
            if (!CipherName.TryParse(name, out TlsCipherSuite suite))
            {
                unknown = name;
                return false;
            }

            found.Add(suite);
        }

        return true;
    }
}
