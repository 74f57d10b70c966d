using System.Security.Cryptography.X509Certificates;
using System.Text;
using Relay.Testing;
using Relay.Testing.Tls;
using Relay.Tls;

namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>
/// The real program with a certificate, an authority of its own for its clients' and the users tim and tom; PLAIN and
/// LOGIN are not forced. Clients come from 127.0.0.2, which may not relay by itself. A next hop keeps the mail.
/// </summary>
internal sealed class CertificateRelay : IAsyncDisposable
{
    private const string Message = "From: a@example.com\nTo: b@example.org\nSubject: hello\n\nhello\n";

    private readonly Workspace _workspace = new();
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _others = new("Others");
    private readonly ScriptedMailExchanger _exchanger = new();
    private readonly AuthenticatingRelay _relay;

    public CertificateRelay(params string[] settings)
    {
        _authority.WriteTo(Authority);
        Issue("relay.test", _authority);
        _relay = new AuthenticatingRelay(
            _workspace,
            _exchanger.Port,
            [
                $"tls.certificates={PathOf("relay.test", "pem")} | {PathOf("relay.test", "key")}",
                "tls.askForCertificates=true",
                $"tls.authorities={Authority}",
                "auth.allowPlaintext=false",
                .. settings,
            ]);
    }

    public AuthenticatingRelay Relay => _relay;

    public ScriptedMailExchanger Exchanger => _exchanger;

    public string Authority => _workspace.PathOf("ca.pem");

    public string Output => _relay.Output;

    public static string Password => "geheim wort";

    /// <summary>The issuer of all clients' certificates, and a client's subject, as <c>access</c> has them.</summary>
    public string Issuer => DistinguishedName.Write(_authority.Certificate.SubjectName);

    public string SubjectOf(string name)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(PathOf(name, "pem"));
        return DistinguishedName.Write(certificate.SubjectName);
    }

    /// <summary>Certificate and key in one text.</summary>
    public string PemOf(string name) =>
        $"{File.ReadAllText(PathOf(name, "pem"))}\n{File.ReadAllText(PathOf(name, "key"))}";

    /// <summary>Makes a client's certificate: a good one, <c>expired</c>, or one of a <c>stranger</c>.</summary>
    public CertificateRelay With(string name, string kind = "good")
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Issue(
            name,
            kind == "stranger" ? _others : _authority,
            kind == "expired" ? now.AddDays(-20) : null,
            kind == "expired" ? now.AddDays(-1) : null);
        return this;
    }

    public async Task StartAsync()
    {
        await _relay.AddUserAsync("tim", Password);
        await _relay.AddUserAsync("tom", Password);
        await _relay.StartAsync();
    }

    /// <summary>A message by curl over TLS, which says all that it hears.</summary>
    /// <param name="certificate">The name in the client's certificate; null for none.</param>
    public Task<ToolResult> CurlAsync(string? certificate, params string[] options) => Tool.RunAsync(
        Tool.Find("curl")!,
        [
            "--silent", "--show-error", "--verbose", "--interface", "127.0.0.2", "--ssl-reqd", "--cacert", Authority,
            "--resolve", $"relay.test:{_relay.Port}:127.0.0.1", $"smtp://relay.test:{_relay.Port}", "--mail-from",
            "a@example.com", "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-",
            .. Shown("--cert", "--key", certificate), .. options,
        ],
        Message);

    /// <summary>A message by msmtp over TLS.</summary>
    public Task<ToolResult> MsmtpAsync(string? certificate, params string[] options) => Tool.RunAsync(
        Tool.Find("msmtp")!,
        [
            "--host=127.0.0.1", $"--port={_relay.Port}", "--source-ip=127.0.0.2", "--tls=on", "--tls-starttls=on",
            $"--tls-trust-file={Authority}", "--from=a@example.com",
            .. certificate is null
                ? (string[])[]
                : [$"--tls-cert-file={PathOf(certificate, "pem")}", $"--tls-key-file={PathOf(certificate, "key")}"],
            .. options, "b@example.org",
        ],
        Message);

    /// <summary>The trace field of the only message that has arrived, in one line.</summary>
    public async Task<string> ReceivedAsync()
    {
        await _exchanger.WhenAsync(static e => e.Mails.Count == 1);
        string text = Encoding.UTF8.GetString(_exchanger.Mails[0].Wire)
            .Replace("\r\n\t", " ", StringComparison.Ordinal);
        return text[..text.IndexOf("\r\n", StringComparison.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _exchanger.DisposeAsync();
        _authority.Dispose();
        _others.Dispose();
        _workspace.Dispose();
    }

    private string[] Shown(string certificateOption, string keyOption, string? certificate) => certificate is null
        ? []
        : [certificateOption, PathOf(certificate, "pem"), keyOption, PathOf(certificate, "key")];

    private string PathOf(string name, string kind) => _workspace.PathOf($"{name}.{kind}");

    private void Issue(string name, TestAuthority authority, DateTimeOffset? begin = null, DateTimeOffset? end = null)
    {
        using X509Certificate2 certificate = authority.Issue(
            name, begin, end, rsa: false, name == "relay.test" ? ["127.0.0.1"] : []);
        PemFiles.Write(certificate, PathOf(name, "pem"), PathOf(name, "key"));
    }
}
