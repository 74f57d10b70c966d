using System.Net.Security;
using Relay.Tls.Certificates;

namespace Relay.Tls;

/// <summary>
/// The client's side of TLS. The handshake succeeds with whatever certificate: <see cref="TlsInfo"/> says what it was
/// worth, and who asked decides. Thread-safe.
/// </summary>
public sealed class TlsClient
{
    private readonly TlsClientOptions _options;
    private readonly LiveCertificates _certificates;
    private readonly CipherSuitesPolicy? _suites;

    /// <param name="options">What to connect with.</param>
    /// <param name="problems">Each names a file and what is wrong with it: such a client is not to be used.</param>
    public TlsClient(TlsClientOptions options, out IReadOnlyList<string> problems)
    {
        _options = options;
        _certificates = new LiveCertificates(options.Files, asksPeers: false, out problems);
#pragma warning disable CA1416 // Linux has it
        _suites = options.CipherSuites.Count > 0 ? new CipherSuitesPolicy(options.CipherSuites) : null;
#pragma warning restore CA1416
    }

    /// <summary>What is read of the files, as an object that another one takes the place of when they change.</summary>
    public object Version => _certificates.Current;

    /// <summary>Takes up files that have changed; see <see cref="TlsServer.Check"/>.</summary>
    public void Check(Action<string> refused, Action<string> taken) => _certificates.Check(refused, taken);

    /// <summary>What an administrator should know of the certificate now in force.</summary>
    public IReadOnlyList<string> Warnings(DateTimeOffset now) =>
        CertificateWarnings.Of(_certificates.Current.Certificates, hostName: null, now);

    /// <summary>Runs the handshake over a connection that must hold nothing else.</summary>
    /// <param name="connection">Owned by the result; left to the caller if the handshake fails.</param>
    /// <param name="host">The name that the server's certificate must have, or its address.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="System.Security.Authentication.AuthenticationException">No agreement.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask<(Stream Stream, TlsInfo Info)> AuthenticateAsync(
        Stream connection, string host, CancellationToken cancellation)
    {
        CertificateSet certificates = _certificates.Current;
        var handshake = new TlsHandshake(asked: true) { ServerName = host };
        var stream = new SslStream(connection, leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = TlsProtocols.From(_options.MinimumVersion, _options.CipherSuites),
                CipherSuitesPolicy = _suites,
                AllowTlsResume = _options.Resumption,
                AllowRenegotiation = false,
#pragma warning disable CA5359 // what was found decides behind the handshake
                RemoteCertificateValidationCallback = handshake.Judge,
#pragma warning restore CA5359
                CertificateChainPolicy = certificates.MakePolicy(),
                ClientCertificateContext = certificates.IsEmpty ? null : certificates.Find(host),
            },
            cancellation);
        return (stream, handshake.Finish(stream));
    }
}
