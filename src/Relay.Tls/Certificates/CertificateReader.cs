using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Tls.Certificates;

/// <summary>Reads a certificate and its key, and says in words what is wrong with them. Never quotes a key.</summary>
internal static class CertificateReader
{
    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <param name="files">The files.</param>
    /// <param name="groupMayReadKey">Sendmail: GroupReadableKeyFile of DontBlameSendmail.</param>
    /// <param name="problem">The file and what is wrong with it; empty if the certificate could be read.</param>
    public static LoadedCertificate? Read(CertificateFiles files, bool groupMayReadKey, out string problem)
    {
        if (!TryText(files.Certificate, out string chain, out problem)
            || !IsKeySafe(files.Key, groupMayReadKey, out problem)
            || !TryText(files.Key, out string key, out problem))
        {
            return null;
        }

        X509Certificate2Collection? certificates = Certificates(files.Certificate, chain, out problem);
        if (certificates is null)
        {
            return null;
        }

        X509Certificate2? withKey = Join(certificates[0], key, files, out problem);
        return withKey is null ? null : new LoadedCertificate(files, withKey, certificates);
    }

    /// <summary>The certificates of a file, at least one; null if there is none.</summary>
    public static X509Certificate2Collection? ReadAuthorities(string path, out string problem) =>
        TryText(path, out string text, out problem) ? Certificates(path, text, out problem) : null;

    private static X509Certificate2Collection? Certificates(string path, string text, out string problem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            problem = $"{path}: a certificate in it is damaged";
            return null;
        }

        problem = certificates.Count > 0
            ? string.Empty
            : $"{path}: no certificate in it (expected a block that begins with -----BEGIN CERTIFICATE-----)";
        return certificates.Count > 0 ? certificates : null;
    }

    private static X509Certificate2? Join(
        X509Certificate2 certificate, string key, CertificateFiles files, out string problem)
    {
        problem = string.Empty;
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            problem = $"{files.Key}: no private key in it";
        }
        else if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            problem = $"{files.Key}: the key is encrypted; a program that starts unattended needs one without a "
                + "pass phrase";
        }

        if (problem.Length > 0)
        {
            return null;
        }

        try
        {
            using RSA? rsa = certificate.GetRSAPublicKey() is null ? null : RSA.Create();
            using ECDsa? ecdsa = certificate.GetECDsaPublicKey() is null ? null : ECDsa.Create();
            rsa?.ImportFromPem(key);
            ecdsa?.ImportFromPem(key);
            problem = rsa is null && ecdsa is null
                ? $"{files.Certificate}: the certificate's key is neither RSA nor ECDSA"
                : string.Empty;
            return rsa is not null ? certificate.CopyWithPrivateKey(rsa)
                : ecdsa is not null ? certificate.CopyWithPrivateKey(ecdsa)
                : null;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = $"{files.Key}: the key does not belong to the certificate in {files.Certificate}";
            return null;
        }
    }

    /// <summary>Who can read the key can be this relay (Sendmail: "unsafe" key files are refused).</summary>
    private static bool IsKeySafe(string path, bool groupMayRead, out string problem)
    {
        UnixFileMode mode = FileState.Of(path).Mode;
        problem = (mode & ForOthers) != 0
            ? $"{path}: the key is readable or writable for everybody; chmod 600"
            : (mode & UnixFileMode.GroupWrite) != 0 ? $"{path}: the key is writable for its group; chmod 600"
            : (mode & UnixFileMode.GroupRead) != 0 && !groupMayRead
                ? $"{path}: the key is readable for its group; chmod 600, or allow it with GroupReadableKeyFile"
            : string.Empty;
        return problem.Length == 0;
    }

    private static bool TryText(string path, out string text, out string problem)
    {
        problem = text = string.Empty;
        try
        {
            text = File.ReadAllText(path);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"{path}: there is no such file";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path}: cannot be read: {exception.Message}";
        }

        return false;
    }
}
