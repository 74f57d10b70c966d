using Relay.Testing.Tls;
using Relay.Tls.Certificates;

namespace Relay.Tls.Tests.Certificates;

/// <summary>
/// Certificates and keys as files: what is refused, what is warned of, and how changed ones are taken up.
/// </summary>
public sealed class CertificateFilesTests : IDisposable
{
    private readonly TlsFixture _fixture = new();

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public void Every_file_that_cannot_be_used_is_named_with_what_is_wrong_with_it()
    {
        CertificateFiles good = _fixture.Certificate("mx.example.org");
        CertificateFiles other = _fixture.Certificate("other.example.org");
        string empty = _fixture.File("empty.pem");
        File.WriteAllText(empty, "nothing");
        string damaged = _fixture.File("damaged.pem");
        File.WriteAllText(damaged, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        string encrypted = _fixture.File("encrypted.key");
        PemFiles.Replace(
            encrypted, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", PemFiles.Private);
        _ = new TlsServer(
            new TlsServerOptions
            {
                Files = new TlsFiles
                {
                    Certificates =
                    [
                        good,
                        good with { Key = other.Key },
                        good with { Certificate = empty },
                        good with { Certificate = damaged },
                        good with { Key = encrypted },
                        good with { Certificate = _fixture.File("absent.pem") },
                    ],
                },
            },
            out IReadOnlyList<string> problems);
        Assert.Collection(
            problems,
            p => Assert.Equal($"{other.Key}: the key does not belong to the certificate in {good.Certificate}", p),
            p => Assert.StartsWith($"{empty}: no certificate in it", p, StringComparison.Ordinal),
            p => Assert.Equal($"{damaged}: a certificate in it is damaged", p),
            p => Assert.StartsWith($"{encrypted}: the key is encrypted", p, StringComparison.Ordinal),
            p => Assert.Equal($"{_fixture.File("absent.pem")}: there is no such file", p));
        Assert.DoesNotContain(problems, p => p.Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead, false, "readable or writable for everybody")]
    [InlineData(UnixFileMode.OtherRead, true, "readable or writable for everybody")]
    [InlineData(UnixFileMode.GroupRead, false, "readable for its group")]
    [InlineData(UnixFileMode.GroupRead, true, null)]
    [InlineData(UnixFileMode.GroupWrite, true, "writable for its group")]
    public void A_key_that_others_can_read_is_refused(UnixFileMode more, bool groupMayRead, string? problem)
    {
        CertificateFiles files = _fixture.Certificate("mx.example.org");
        File.SetUnixFileMode(files.Key, PemFiles.Private | more);
        _ = new TlsServer(
            new TlsServerOptions
            {
                Files = new TlsFiles { Certificates = [files], GroupMayReadKey = groupMayRead },
            },
            out IReadOnlyList<string> problems);
        if (problem is null)
        {
            Assert.Empty(problems);
        }
        else
        {
            Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-1, "the certificate has expired on ")]
    [InlineData(10, "the certificate expires on ")]
    [InlineData(60, null)]
    public void A_certificate_that_has_expired_or_soon_will_is_warned_of(int days, string? warning)
    {
        DateTimeOffset now = Now;
        CertificateFiles files = Write(_fixture.Authority.Issue("mx.example.org", now.AddDays(-100), now.AddDays(days)));
        AssertWarning(files, warning);
    }

    [Fact]
    public void A_certificate_of_tomorrow_is_warned_of() =>
        AssertWarning(
            Write(_fixture.Authority.Issue("mx.example.org", Now.AddDays(1), Now.AddDays(90))),
            "the certificate is valid from ");

    [Fact]
    public void A_certificate_for_another_name_is_warned_of()
    {
        CertificateFiles files = _fixture.Certificate("www.example.org");
        AssertWarning(files, "no certificate is for mx.example.org, which is this host's name (they are for www.example.org)");
        AssertWarning(Write(_fixture.Authority.Issue("*.example.org")), null);
    }

    [Fact]
    public void A_weak_key_and_a_self_signed_certificate_are_warned_of()
    {
        CertificateFiles files = Write(TestAuthority.SelfSigned("mx.example.org", rsaBits: 1024));
        string[] warnings = [.. _fixture.Server(files).Warnings("mx.example.org", Now)];
        Assert.Equal(
            [
                $"{files.Certificate}: the RSA key has 1024 bits; peers want 2048 or more",
                $"{files.Certificate}: the certificate is self-signed: peers that verify do not accept it",
            ],
            warnings);
    }

    [Fact]
    public async Task A_changed_certificate_is_taken_up_and_sessions_keep_theirs()
    {
        CertificateFiles files = _fixture.Certificate("old.example.org");
        TlsServer server = _fixture.Server(files);
        TlsClient client = _fixture.Client();
        (TlsInfo before, _) = await TlsFixture.TalkAsync(client, server, "old.example.org");
        Assert.Equal(TlsVerification.Ok, before.Verification);
        Assert.Equal([], CheckedBy(server));

        Replace(files, "new.example.org");
        Assert.Equal([$"taken {files.Certificate}"], CheckedBy(server));
        (TlsInfo after, _) = await TlsFixture.TalkAsync(client, server, "new.example.org");
        Assert.Equal(TlsVerification.Ok, after.Verification);
        Assert.Equal([], CheckedBy(server));
    }

    [Fact]
    public async Task A_changed_certificate_with_a_fault_leaves_the_one_before_in_force()
    {
        CertificateFiles files = _fixture.Certificate("mx.example.org");
        TlsServer server = _fixture.Server(files);
        File.WriteAllText(files.Certificate, "half of a cert");
        Assert.StartsWith("refused " + files.Certificate, Assert.Single(CheckedBy(server)), StringComparison.Ordinal);
        Assert.Equal([], CheckedBy(server)); // told once
        (TlsInfo info, _) = await TlsFixture.TalkAsync(_fixture.Client(), server, "mx.example.org");
        Assert.Equal(TlsVerification.Ok, info.Verification);

        Replace(files, "mx.example.org");
        Assert.Equal([$"taken {files.Certificate}"], CheckedBy(server));
    }

    [Fact]
    public void A_link_to_another_file_is_a_change()
    {
        CertificateFiles first = _fixture.Certificate("one.example.org");
        CertificateFiles second = _fixture.Certificate("two.example.org");
        string link = _fixture.File("live.pem");
        string keyLink = _fixture.File("live.key");
        File.CreateSymbolicLink(link, first.Certificate);
        File.CreateSymbolicLink(keyLink, first.Key);
        TlsServer server = _fixture.Server(new CertificateFiles(link, keyLink));
        File.Delete(link);
        File.Delete(keyLink);
        File.CreateSymbolicLink(link, second.Certificate);
        File.CreateSymbolicLink(keyLink, second.Key);
        Assert.Equal([$"taken {link}"], CheckedBy(server));
        Assert.Empty(server.Warnings("two.example.org", Now));
    }

    public void Dispose() => _fixture.Dispose();

    private static List<string> CheckedBy(TlsServer server)
    {
        var told = new List<string>();
        server.Check(problem => told.Add("refused " + problem), file => told.Add("taken " + file));
        return told;
    }

    private CertificateFiles Write(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var files = new CertificateFiles(_fixture.File("made.pem"), _fixture.File("made.key"));
        using (certificate)
        {
            PemFiles.Write(certificate, files.Certificate, files.Key);
        }

        return files;
    }

    private void Replace(CertificateFiles files, string name)
    {
        using var next = _fixture.Authority.Issue(name);
        PemFiles.Write(next, files.Certificate, files.Key);
    }

    private void AssertWarning(CertificateFiles files, string? expected)
    {
        IReadOnlyList<string> warnings = _fixture.Server(files).Warnings("mx.example.org", Now);
        if (expected is null)
        {
            Assert.Empty(warnings);
        }
        else
        {
            Assert.StartsWith($"{files.Certificate}: {expected}", Assert.Single(warnings), StringComparison.Ordinal);
        }
    }
}
