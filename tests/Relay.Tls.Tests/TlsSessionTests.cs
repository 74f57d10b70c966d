using System.Net.Security;
using System.Security.Authentication;
using Relay.Testing.Tls;
using Relay.Tls.Certificates;

namespace Relay.Tls.Tests;

/// <summary>Both sides of a handshake, over sockets.</summary>
public sealed class TlsSessionTests : IDisposable
{
    private readonly TlsFixture _fixture = new();

    [Fact]
    public async Task A_valid_certificate_of_a_trusted_authority_is_verified()
    {
        TlsServer server = _fixture.Server(_fixture.Certificate("mx.example.org"));
        (TlsInfo near, TlsInfo far) = await TlsFixture.TalkAsync(_fixture.Client(), server, "mx.example.org");
        Assert.Equal(TlsVerification.Ok, near.Verification);
        Assert.Equal("TLSv1.3", near.Version);
        Assert.Equal("TLS_AES_256_GCM_SHA384", near.Cipher);
        Assert.Equal(256, near.Bits);
        Assert.Equal("/C=DE/O=Relay/CN=mx.example.org", near.Certificate!.Subject);
        Assert.Equal("/O=Relay/CN=Relay+20Test+20Authority", near.Certificate.Issuer);
        Assert.Equal(64, near.Certificate.Fingerprint.Length);
        Assert.Equal(TlsVerification.Not, far.Verification);
        Assert.Null(far.Certificate);
        Assert.Equal("mx.example.org", far.ServerName);
    }

    [Fact]
    public async Task A_resumed_session_is_verified_as_the_first_one_was()
    {
        TlsServer server = _fixture.Server(_fixture.Certificate("mx.example.org"));
        TlsClient client = _fixture.Client();
        for (int i = 0; i < 3; i++)
        {
            (TlsInfo near, _) = await TlsFixture.TalkAsync(client, server, "mx.example.org");
            Assert.Equal(TlsVerification.Ok, near.Verification);
            Assert.NotNull(near.Certificate);
        }
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_not_verified()
    {
        TlsServer server = _fixture.Server(_fixture.Certificate("mx.example.org"));
        using var other = new TestAuthority("Another Authority");
        var client = new TlsClient(
            new TlsClientOptions { Files = new TlsFiles { Authorities = other.WriteTo(_fixture.File("other.pem")) } },
            out _);
        (TlsInfo near, _) = await TlsFixture.TalkAsync(client, server, "mx.example.org");
        Assert.Equal(TlsVerification.Fail, near.Verification);
        Assert.False(near.IsChainTrusted);
        Assert.Equal("unable to get local issuer certificate", near.Problem);
    }

    [Fact]
    public async Task An_expired_certificate_is_not_verified()
    {
        var files = new CertificateFiles(_fixture.File("old.pem"), _fixture.File("old.key"));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using var certificate = _fixture.Authority.Issue("mx.example.org", now.AddDays(-60), now.AddDays(-1));
        PemFiles.Write(certificate, files.Certificate, files.Key);
        (TlsInfo near, _) = await TlsFixture.TalkAsync(
            _fixture.Client(), _fixture.Server(files), "mx.example.org");
        Assert.Equal(TlsVerification.Fail, near.Verification);
        Assert.Equal("the certificate has expired or is not yet valid", near.Problem);
    }

    [Fact]
    public async Task A_self_signed_certificate_is_not_verified()
    {
        var files = new CertificateFiles(_fixture.File("self.pem"), _fixture.File("self.key"));
        using var certificate = TestAuthority.SelfSigned("mx.example.org");
        PemFiles.Write(certificate, files.Certificate, files.Key);
        (TlsInfo near, _) = await TlsFixture.TalkAsync(
            _fixture.Client(), _fixture.Server(files), "mx.example.org");
        Assert.Equal(TlsVerification.Fail, near.Verification);
        Assert.Equal("self-signed certificate", near.Problem);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_trusted_but_not_verified()
    {
        TlsServer server = _fixture.Server(_fixture.Certificate("mx.example.org"));
        (TlsInfo near, _) = await TlsFixture.TalkAsync(_fixture.Client(), server, "mx.example.net");
        Assert.Equal(TlsVerification.Fail, near.Verification);
        Assert.True(near.IsChainTrusted);
        Assert.Equal("the certificate is for another name", near.Problem);
    }

    [Fact]
    public async Task An_old_version_is_refused()
    {
        TlsServer server = _fixture.Server(new TlsServerOptions
        {
            Files = new TlsFiles { Certificates = [_fixture.Certificate("mx.example.org")] },
            CipherSuites = [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256],
        });
        await Assert.ThrowsAsync<AuthenticationException>(
            () => TlsFixture.TalkAsync(_fixture.Client(TlsMinimumVersion.Tls13), server, "mx.example.org"));
    }

    [Fact]
    public async Task Cipher_suites_are_those_of_the_options_and_named_as_openssl_names_them()
    {
        TlsServer server = _fixture.Server(new TlsServerOptions
        {
            Files = new TlsFiles { Certificates = [_fixture.Certificate("mx.example.org", rsa: true)] },
            CipherSuites = [TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256],
        });
        (TlsInfo near, _) = await TlsFixture.TalkAsync(_fixture.Client(), server, "mx.example.org");
        Assert.Equal("TLSv1.2", near.Version);
        Assert.Equal("ECDHE-RSA-AES128-GCM-SHA256", near.Cipher);
        Assert.Equal(128, near.Bits);
    }

    [Fact]
    public async Task The_certificate_is_chosen_by_the_name_that_the_client_asks_for()
    {
        TlsServer server = _fixture.Server(
            _fixture.Certificate("mx.example.org", rsa: true), _fixture.Certificate("mx.example.net"));
        TlsClient client = _fixture.Client();
        (TlsInfo second, _) = await TlsFixture.TalkAsync(client, server, "MX.example.net");
        Assert.Equal(TlsVerification.Ok, second.Verification);
        (TlsInfo first, _) = await TlsFixture.TalkAsync(client, server, "mx.example.org");
        Assert.Equal(TlsVerification.Ok, first.Verification);
        (TlsInfo none, _) = await TlsFixture.TalkAsync(client, server, "mx.example.com");
        Assert.Equal("mx.example.org", none.Certificate!.CommonName);
    }

    [Fact]
    public async Task A_clients_certificate_is_verified_where_one_is_asked_for()
    {
        TlsServer server = _fixture.Server(new TlsServerOptions
        {
            Files = new TlsFiles
            {
                Certificates = [_fixture.Certificate("mx.example.org")],
                Authorities = _fixture.Authority.WriteTo(_fixture.File("clients.pem")),
            },
            AsksForCertificates = true,
        });
        TlsClient client = _fixture.Client(files: _fixture.Certificate("client.example.org"));
        for (int i = 0; i < 3; i++)
        {
            (_, TlsInfo far) = await TlsFixture.TalkAsync(client, server, "mx.example.org");
            Assert.Equal(TlsVerification.Ok, far.Verification);
            Assert.Equal("/C=DE/O=Relay/CN=client.example.org", far.Certificate!.Subject);
        }

        (_, TlsInfo without) = await TlsFixture.TalkAsync(_fixture.Client(), server, "mx.example.org");
        Assert.Equal(TlsVerification.No, without.Verification);
    }

    public void Dispose() => _fixture.Dispose();
}
