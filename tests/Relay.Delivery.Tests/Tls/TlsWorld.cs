using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Relay.Delivery.Tests.Authentication;
using Relay.Delivery.Tls;
using Relay.Routing.Routes;
using Relay.Testing;
using Relay.Testing.Tls;
using Relay.Tls;
using Relay.Tls.Certificates;

namespace Relay.Delivery.Tests.Tls;

/// <summary>
/// A next hop <c>mx.test</c> that speaks TLS as the test has it, and a delivery service that trusts one authority.
/// </summary>
internal sealed class TlsWorld : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("relay-tls-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly TaskCompletionSource _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private X509Certificate2 _certificate;
    private DeliveryHarness? _harness;
    private ScriptedMailExchanger? _exchanger;

    public TlsWorld()
    {
        _certificate = _authority.Issue("mx.test");
    }

    public TestTlsPolicy Policy { get; init; } = new();

    public TlsMinimumVersion MinimumVersion { get; init; }

    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>The versions that the next hop speaks.</summary>
    public SslProtocols Versions { get; set; } = SslProtocols.None;

    /// <summary>The suites that it speaks; null for the system's.</summary>
    public CipherSuitesPolicy? Suites { get; set; }

    /// <summary>Instead of a handshake it says this, once the client's has begun.</summary>
    public string? Noise { get; set; }

    public ScriptedCredentials? Credentials { get; set; }

    /// <summary>Secrets go to servers that are not verified.</summary>
    public bool AllowsUnverified { get; set; }

    public string Offer { get; set; } = "250-mx.test\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 ENHANCEDSTATUSCODES";

    /// <summary>A handshake has begun that <see cref="Noise"/> answers.</summary>
    public Task Hello => _hello.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public ScriptedMailExchanger Exchanger => _exchanger!;

    public DeliveryHarness Harness => _harness!;

    /// <summary>Puts another certificate in the place of the good one.</summary>
    public TlsWorld With(Func<TestAuthority, X509Certificate2> make)
    {
        _certificate.Dispose();
        _certificate = make(_authority);
        return this;
    }

    public TlsWorld Start(Func<string, string?>? script = null)
    {
        _exchanger = new ScriptedMailExchanger((_, line) => script?.Invoke(line))
        {
            Offer = Offer,
            Tls = ServeAsync,
            IsImplicitTls = Policy.Implicit,
        };
        _harness = new DeliveryHarness(new DeliveryOptions
        {
            HostName = "relay.test",
            ConnectionsPerDestinationMax = 1,
            Tls = new DeliveryTls(MakeClient(), Policy),
            AllowUnverifiedAuthentication = AllowsUnverified,
        }, credentials: Credentials);
        _harness.Routes.Hosts["mx.test"] = [IPAddress.Loopback];
        _harness.Routes["a.test"] = new Route(
            RouteKind.Smtp, "smtp:mx.test", [new NextHop("mx.test", _exchanger.Port, false, 0)]);
        return this;
    }

    public IEnumerable<string> LogOf(string text) => Harness.Log.Lines.Where(
        line => line.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        if (_harness is not null)
        {
            await _harness.DisposeAsync();
        }

        if (_exchanger is not null)
        {
            await _exchanger.DisposeAsync();
        }

        _certificate.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private TlsClient MakeClient()
    {
        var client = new TlsClient(
            new TlsClientOptions
            {
                Files = new TlsFiles { Authorities = _authority.WriteTo(Path.Combine(_folder, "ca.pem")) },
                MinimumVersion = MinimumVersion,
                CipherSuites = CipherSuites,
            },
            out IReadOnlyList<string> problems);
        Assert.Empty(problems);
        return client;
    }

    private async Task<Stream> ServeAsync(Stream connection, CancellationToken stop)
    {
        if (Noise is not null)
        {
            await connection.ReadExactlyAsync(new byte[1], stop);
            _hello.TrySetResult();
            await connection.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Noise), stop);
            return connection;
        }

        var stream = new SslStream(connection);
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                EnabledSslProtocols = Versions,
                CipherSuitesPolicy = Suites,
            },
            stop);
        return stream;
    }
}
