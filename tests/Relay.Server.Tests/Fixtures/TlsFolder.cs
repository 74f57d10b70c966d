using Relay.Testing.Tls;
using Relay.Tls;
using Relay.Tls.Certificates;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A folder with the certificate of <c>mx.test</c>, and the server's side of TLS made of it.</summary>
internal sealed class TlsFolder : IDisposable
{
    public TlsFolder(bool asks = false, IReadOnlyList<System.Net.Security.TlsCipherSuite>? suites = null)
    {
        using var certificate = Authority.Issue("mx.test");
        PemFiles.Write(certificate, Certificate, Key);
        Tls = new TlsServer(
            new TlsServerOptions
            {
                Files = new Relay.Tls.Certificates.TlsFiles
                {
                    Certificates = [new CertificateFiles(Certificate, Key)],
                    Authorities = asks ? Authority.WriteTo(PathOf("ca.pem")) : null,
                },
                AsksForCertificates = asks,
                CipherSuites = suites ?? [],
            },
            out IReadOnlyList<string> problems);
        Assert.Empty(problems);
    }

    public TestAuthority Authority { get; } = new();

    public string Certificate => PathOf("mx.pem");

    public string Key => PathOf("mx.key");

    public TlsServer Tls { get; }

    private string Folder { get; } = Directory.CreateTempSubdirectory("relay-tls-").FullName;

    public string PathOf(string file) => Path.Combine(Folder, file);

    public SmtpServerOptions Options(Policies.ListenerModifiers modifiers = Policies.ListenerModifiers.None) => new()
    {
        HostName = "mx.test",
        Tls = Tls,
        Listeners =
        [
            new SmtpListenerOptions
            {
                EndPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0),
                Modifiers = modifiers,
            },
        ],
    };

    public void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
