using System.Net;
using Relay.Routing.Options;
using Relay.Tables;

namespace Relay.Host.Options;

/// <summary>TLS with single hosts as configured, one on each line: <c>host | level | fingerprints</c>.</summary>
internal sealed record TlsPoliciesSetting(string Text, IReadOnlyList<TlsHostPolicy> Policies)
{
    public const string Expected =
        "a list of strings \"host | level\" or \"host | fingerprint | SHA-256 …\": the host is a name, .domain for all "
        + "below it, or an address; the level one of none, may, encrypt, verify, fingerprint; such as "
        + "\"smtp.example.com | verify\"";

    private const int FingerprintDigits = 64;

    public static TlsPoliciesSetting None { get; } = new(string.Empty, []);

    public static bool TryParse(string text, out TlsPoliciesSetting value)
    {
        value = None;
        var policies = new List<TlsHostPolicy>();
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string line in text.Split('\n', Options))
        {
            if (!TryOne(line.Split('|', StringSplitOptions.TrimEntries), out TlsHostPolicy? policy))
            {
                return false;
            }

            policies.Add(policy!);
        }

        value = new TlsPoliciesSetting(text, policies);
        return true;
    }

    public bool Equals(TlsPoliciesSetting? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    private static bool TryOne(string[] parts, out TlsHostPolicy? policy)
    {
        policy = null;
        if (parts.Length is < 2 or > 3 || !TryHost(parts[0], out string host)
            || !OptionFormats.Choice<TlsLevel>().Parse(parts[1], out TlsLevel level))
        {
            return false;
        }

        string[] fingerprints =
        [
            .. (parts.Length > 2 ? parts[2] : string.Empty)
                .Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries)
                .Select(static f => f.Replace(":", string.Empty, StringComparison.Ordinal).ToUpperInvariant()),
        ];
        policy = new TlsHostPolicy(host, level, fingerprints);
        return (level == TlsLevel.Fingerprint) == (fingerprints.Length > 0)
            && fingerprints.All(static f => f.Length == FingerprintDigits && f.All(char.IsAsciiHexDigit));
    }

    private static bool TryHost(string text, out string host)
    {
        string bare = text is ['[', .., ']'] ? text[1..^1] : text;
        bool isBelow = bare.StartsWith('.');
        if (IPAddress.TryParse(bare, out IPAddress? address))
        {
            host = address.ToString();
            return true;
        }

        bool isName = DomainName.TryNormalize(isBelow ? bare[1..] : bare, out host);
        host = isBelow ? "." + host : host;
        return isName;
    }
}
