using Relay.Tls.Certificates;

namespace Relay.Host.Options;

/// <summary>
/// Certificates as configured, one on each line: <c>certificate | key</c>, or one file that has both.
/// </summary>
internal sealed record CertificatesSetting(string Text, IReadOnlyList<CertificateFiles> Files)
{
    public const string Expected =
        "a list of strings \"certificate | key\" of paths, such as \"/etc/ssl/mail.pem | /etc/ssl/private/mail.key\", or "
        + "the path of one file that has both";

    public static CertificatesSetting None { get; } = new(string.Empty, []);

    public static bool TryParse(string text, out CertificatesSetting value)
    {
        value = None;
        var files = new List<CertificateFiles>();
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string line in text.Split('\n', Options))
        {
            string[] parts = line.Split('|', StringSplitOptions.TrimEntries);
            if (parts.Length > 2 || parts.Any(static part => part.Length == 0 || part.Contains('\0')))
            {
                return false;
            }

            files.Add(new CertificateFiles(Path.GetFullPath(parts[0]), Path.GetFullPath(parts[^1])));
        }

        value = new CertificatesSetting(text, files);
        return true;
    }

    public bool Equals(CertificatesSetting? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);
}
