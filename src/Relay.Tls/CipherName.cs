using System.Collections.Frozen;
using System.Net.Security;

namespace Relay.Tls;

/// <summary>
/// OpenSSL's names of cipher suites, which Sendmail prints, out of the registry's, which the runtime has.
/// </summary>
internal static class CipherName
{
    private const string With = "_WITH_";

    private static readonly FrozenDictionary<string, TlsCipherSuite> _suites = MakeSuites();

    /// <summary><c>ECDHE-RSA-AES256-GCM-SHA384</c>; those of TLS 1.3 have one name everywhere.</summary>
    public static string Of(TlsCipherSuite suite)
    {
        string name = suite.ToString();
        int with = name.IndexOf(With, StringComparison.Ordinal);
        if (with < 0)
        {
            return name;
        }

        string exchange = name["TLS_".Length..with].Replace('_', '-');
        string rest = name[(with + With.Length)..]
            .Replace("CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305", StringComparison.Ordinal)
            .Replace("AES_128_", "AES128-", StringComparison.Ordinal)
            .Replace("AES_256_", "AES256-", StringComparison.Ordinal)
            .Replace("-CBC", string.Empty, StringComparison.Ordinal)
            .Replace('_', '-');
        return exchange == "RSA" ? rest : $"{exchange}-{rest}";
    }

    /// <summary>The length of the symmetric key; 0 for a cipher that does not say.</summary>
    public static int Bits(TlsCipherSuite suite)
    {
        string name = suite.ToString();
        return name.Contains("_256_", StringComparison.Ordinal) || name.Contains("CHACHA20", StringComparison.Ordinal)
            ? 256
            : name.Contains("_128_", StringComparison.Ordinal) ? 128
            : name.Contains("3DES", StringComparison.Ordinal) ? 112
            : 0;
    }

    /// <summary>RFC 8446 §B.4: 0x13 in the first octet.</summary>
    public static bool IsOfTls13(TlsCipherSuite suite) => (int)suite >> 8 == 0x13;

    /// <summary>A suite by either name, in any case; false for one that is none.</summary>
    public static bool TryParse(string text, out TlsCipherSuite suite) => _suites.TryGetValue(text, out suite);

    private static FrozenDictionary<string, TlsCipherSuite> MakeSuites()
    {
        var suites = new Dictionary<string, TlsCipherSuite>(StringComparer.OrdinalIgnoreCase);
        foreach (TlsCipherSuite suite in Enum.GetValues<TlsCipherSuite>())
        {
            suites.TryAdd(suite.ToString(), suite);
            suites.TryAdd(Of(suite), suite);
        }

        return suites.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
