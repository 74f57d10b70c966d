using System.Security.Cryptography.X509Certificates;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>What <c>relay check</c> says of certificates, and what keeps the program from starting.</summary>
public sealed class CertificateCheckTests
{
    [Fact]
    public async Task Check_warns_of_certificates_that_peers_will_not_like()
    {
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string[] files =
        [
            Write(workspace, "expired", authority.Issue("expired.test", now.AddDays(-60), now.AddDays(-2))),
            Write(workspace, "soon", authority.Issue("soon.test", now.AddDays(-60), now.AddDays(5))),
            Write(workspace, "weak", TestAuthority.SelfSigned("weak.test", rsaBits: 1024)),
        ];
        ToolResult result = await CheckAsync(workspace, files);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"warning: {Pem("expired")}: the certificate has expired on ", result.Output, Ordinal);
        Assert.Contains($"warning: {Pem("soon")}: the certificate expires on ", result.Output, Ordinal);
        Assert.Contains($"warning: {Pem("weak")}: the RSA key has 1024 bits", result.Output, Ordinal);
        Assert.Contains($"warning: {Pem("weak")}: the certificate is self-signed", result.Output, Ordinal);
        Assert.Contains($"{Pem("expired")}: no certificate is for relay.test, which is this", result.Output, Ordinal);

        string Pem(string name) => workspace.PathOf($"{name}.pem");
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_refused_by_check_and_by_serve()
    {
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        string files = Write(workspace, "relay", authority.Issue("relay.test"));
        string key = workspace.PathOf("relay.key");
        File.SetUnixFileMode(key, PemFiles.Private | UnixFileMode.OtherRead);
        foreach (string command in (string[])["check", "serve"])
        {
            ToolResult result = await CheckAsync(workspace, [files], command);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains(
                $"{key}: the key is readable or writable for everybody; chmod 600", result.ToString(), Ordinal);
        }
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static Task<ToolResult> CheckAsync(Workspace workspace, string[] files, string command = "check")
    {
        var relay = new RelayUnderTest(workspace, Workspace.FreePort());
        return Tool.RunAsync(
            Tool.Relay,
            [command, "--config", relay.ConfigurationPath, "--set", $"tls.certificates={string.Join('\n', files)}"]);
    }

    private static string Write(Workspace workspace, string name, X509Certificate2 certificate)
    {
        using (certificate)
        {
            PemFiles.Write(certificate, workspace.PathOf($"{name}.pem"), workspace.PathOf($"{name}.key"));
        }

        return $"{workspace.PathOf($"{name}.pem")} | {workspace.PathOf($"{name}.key")}";
    }
}
