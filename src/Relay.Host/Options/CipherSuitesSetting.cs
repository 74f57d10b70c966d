using System.Net.Security;
using Relay.Tls;

namespace Relay.Host.Options;

/// <summary>Cipher suites as configured; none for the system's.</summary>
internal sealed record CipherSuitesSetting(string Text, IReadOnlyList<TlsCipherSuite> Suites)
{
    public const string Expected =
        "names of cipher suites, OpenSSL's or the registry's, such as TLS_AES_256_GCM_SHA384 or "
        + "ECDHE-ECDSA-AES256-GCM-SHA384, or \"\" for the system's";

    public static CipherSuitesSetting None { get; } = new(string.Empty, []);

    public static bool TryParse(string text, out CipherSuitesSetting value)
    {
        WordsSetting words = WordsSetting.Of(text.Replace(':', ' '));
        bool known = TlsCipherSuites.TryParse(words.Words, out IReadOnlyList<TlsCipherSuite> suites, out _);
        value = known ? new CipherSuitesSetting(words.Text, suites) : None;
        return known;
    }

    public bool Equals(CipherSuitesSetting? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);
}
