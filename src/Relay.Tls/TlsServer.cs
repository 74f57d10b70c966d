using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using Relay.Tls.Certificates;
using Relay.Tls.Connections;

namespace Relay.Tls;

/// <summary>
/// The server's side of TLS: makes a connection's pipes into those of a TLS session. Its certificates follow their
/// files (<see cref="Check"/>); sessions keep those that they began with. Thread-safe.
/// </summary>
public sealed class TlsServer
{
    private readonly TlsServerOptions _options;
    private readonly LiveCertificates _certificates;
    private readonly CipherSuitesPolicy? _suites;

    /// <param name="options">What to serve with.</param>
    /// <param name="problems">Each names a file and what is wrong with it: such a server is not to be used.</param>
    public TlsServer(TlsServerOptions options, out IReadOnlyList<string> problems)
    {
        _options = options;
        _certificates = new LiveCertificates(options.Files, options.AsksForCertificates, out problems);
#pragma warning disable CA1416 // Linux has it
        _suites = options.CipherSuites.Count > 0 ? new CipherSuitesPolicy(options.CipherSuites) : null;
#pragma warning restore CA1416
    }

    /// <summary>There is a certificate to show.</summary>
    public bool IsAvailable => !_certificates.Current.IsEmpty;

    /// <summary>Takes up certificates whose files have changed.</summary>
    /// <param name="refused">Told the file and what is wrong with it; what was in force stays.</param>
    /// <param name="taken">Told the file that is in force now.</param>
    public void Check(Action<string> refused, Action<string> taken) => _certificates.Check(refused, taken);

    /// <summary>What an administrator should know of the certificates now in force.</summary>
    /// <param name="hostName">The name that clients know this host by; null if nobody asks.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<string> Warnings(string? hostName, DateTimeOffset now) =>
        CertificateWarnings.Of(_certificates.Current.Certificates, hostName, now);

    /// <summary>Runs the handshake over the connection's pipes, which must hold nothing else.</summary>
    /// <param name="transport">The connection's own pipes; not to be used besides from here on.</param>
    /// <param name="memory">For the pipes of the TLS session.</param>
    /// <param name="asksForCertificate">False: this client is not asked, whatever the options say.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="System.Security.Authentication.AuthenticationException">No agreement.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public async ValueTask<TlsTransport> AuthenticateAsync(
        IDuplexPipe transport, MemoryPool<byte> memory, bool asksForCertificate, CancellationToken cancellation)
    {
        bool asks = _options.AsksForCertificates && asksForCertificate;
        var handshake = new TlsHandshake(asks);
        var inner = new PipeStream(transport);
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await stream.AuthenticateAsServerAsync(
                (_, hello, _, _) => ValueTask.FromResult(Select(handshake, hello.ServerName, asks)),
                state: null,
                cancellation);
            return new TlsTransport(inner, stream, handshake.Finish(stream), memory);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private SslServerAuthenticationOptions Select(TlsHandshake handshake, string serverName, bool asks)
    {
        CertificateSet certificates = _certificates.Current;
        handshake.ServerName = serverName;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificates.Find(serverName),
            EnabledSslProtocols = TlsProtocols.From(_options.MinimumVersion, _options.CipherSuites),
            CipherSuitesPolicy = _suites,
            AllowTlsResume = _options.Resumption,
            AllowRenegotiation = false,
            ClientCertificateRequired = asks,
#pragma warning disable CA5359 // what was found decides behind the handshake
            RemoteCertificateValidationCallback = asks ? handshake.Judge : null,
#pragma warning restore CA5359
            CertificateChainPolicy = asks ? certificates.MakePolicy() : null,
        };
    }
}
