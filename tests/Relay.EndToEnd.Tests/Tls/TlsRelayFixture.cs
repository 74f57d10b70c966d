using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Relay.Testing;
using Relay.Testing.Tls;
using Relay.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// The real program with two certificates, a listener for STARTTLS and one with TLS from the first octet on, and a next
/// hop that keeps the mail. One for all tests of a class; a test knows its own mail by the sender.
/// </summary>
public sealed class TlsRelayFixture : IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private readonly ScriptedMailExchanger _exchanger = new();
    private readonly TestAuthority _authority = new();
    private RelayUnderTest? _relay;

    /// <summary>The listener for STARTTLS.</summary>
    public int Port => _relay!.Port;

    /// <summary>The listener with TLS from the first octet on.</summary>
    public int ImplicitPort { get; } = Workspace.FreePort();

    /// <summary>The authority's certificate.</summary>
    public string Authority => _workspace.PathOf("ca.pem");

    public string ClientCertificate => _workspace.PathOf("client.pem");

    public string ClientKey => _workspace.PathOf("client.key");

    internal RunningProgram Program => _relay!.Program;

    public async ValueTask InitializeAsync()
    {
        _authority.WriteTo(Authority);
        Write("relay", _authority.Issue("relay.test", others: ["localhost", "127.0.0.1"]));
        Write("second", _authority.Issue("second.test", rsa: true));
        Write("client", _authority.Issue("client.test"));
        string issuer;
        using (X509Certificate2 client = X509CertificateLoader.LoadCertificateFromFile(ClientCertificate))
        {
            issuer = DistinguishedName.Write(client.IssuerName);
        }

        string access = _workspace.Write("access", $"""
            CERTISSUER:{issuer} RELAY
            TLS_Clt:127.0.0.3 ENCR:112
            Connect:127.0.0.3 RELAY
            """);
        _relay = new RelayUnderTest(_workspace, _exchanger.Port)
        {
            Settings =
            [
                $"tls.certificates={_workspace.PathOf("relay.pem")} | {_workspace.PathOf("relay.key")}\n"
                    + $"{_workspace.PathOf("second.pem")} | {_workspace.PathOf("second.key")}",
                "tls.askForCertificates=true",
                $"tls.authorities={Authority}",
                $"listeners[1].endpoint=127.0.0.1:{ImplicitPort.ToString(CultureInfo.InvariantCulture)}",
                "listeners[1].modifiers=s",
                $"tables.access={access}",
            ],
        };
        await _relay.StartAsync();
        await _relay.Program.WaitForLineAsync("listening"); // the second one
    }

    /// <summary>The mail that a sender's test has sent.</summary>
    public async Task<ReceivedMail> MailOfAsync(string sender)
    {
        bool IsIt(ReceivedMail mail) => mail.Mail.Contains($"<{sender}>", StringComparison.Ordinal);
        await _exchanger.WhenAsync(e => e.Mails.Any(IsIt));
        return _exchanger.Mails.Single(IsIt);
    }

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        await _exchanger.DisposeAsync();
        _authority.Dispose();
        _workspace.Dispose();
    }

    private void Write(string name, X509Certificate2 certificate)
    {
        PemFiles.Write(certificate, _workspace.PathOf($"{name}.pem"), _workspace.PathOf($"{name}.key"));
        certificate.Dispose();
    }
}
