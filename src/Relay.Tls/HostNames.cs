using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls;

/// <summary>The host names in a certificate (RFC 9525): <c>*.example.org</c> is any one label before that.</summary>
internal static class HostNames
{
    /// <summary>Those of the extension, else the common name.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        string[] names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static extension => extension.EnumerateDnsNames()),
        ];
        return names.Length > 0 || DistinguishedName.CommonName(certificate.SubjectName) is not { Length: > 0 } name
            ? names
            : [name];
    }

    public static bool Cover(IReadOnlyList<string> names, string host)
    {
        foreach (string name in names)
        {
            bool matches = name.StartsWith("*.", StringComparison.Ordinal)
                ? host.IndexOf('.', StringComparison.Ordinal) is var dot and > 0
                    && host.AsSpan(dot).Equals(name.AsSpan(1), StringComparison.OrdinalIgnoreCase)
                : string.Equals(host, name, StringComparison.OrdinalIgnoreCase);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }
}
