using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Testing.Tls;

/// <summary>Writes certificates and keys as administrators have them.</summary>
public static class PemFiles
{
    /// <summary>A key for its owner only.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes both in one go each: a reader sees the old file or the new one.</summary>
    public static void Write(X509Certificate2 certificate, string certificatePath, string keyPath)
    {
        Replace(keyPath, KeyOf(certificate), Private);
        Replace(certificatePath, certificate.ExportCertificatePem(), Private);
    }

    public static void Replace(string path, string text, UnixFileMode mode)
    {
        string next = path + ".new";
        File.WriteAllText(next, text);
        File.SetUnixFileMode(next, mode);
        File.Move(next, path, overwrite: true);
    }

    public static string KeyOf(X509Certificate2 certificate)
    {
        using ECDsa? ecdsa = certificate.GetECDsaPrivateKey();
        using RSA? rsa = certificate.GetRSAPrivateKey();
        return ecdsa is not null ? ecdsa.ExportPkcs8PrivateKeyPem() : rsa!.ExportPkcs8PrivateKeyPem();
    }
}
