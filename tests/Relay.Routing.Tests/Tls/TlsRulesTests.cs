using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Relay.Routing.Clients;
using Relay.Routing.Options;
using Relay.Routing.Tests.Support;
using Relay.Routing.Tls;
using Relay.Testing.Tls;
using Relay.Tls;

namespace Relay.Routing.Tests.Tls;

/// <summary>
/// What options and access ask of TLS (Sendmail: cf/README, "STARTTLS"; rulesets try_tls, tls_server, tls_rcpt,
/// tls_client, TLS_connection, TLS_req, RelayTLS).
/// </summary>
public sealed class TlsRulesTests
{
    private const string Host = "mx.example.org";
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.25");
    private static readonly PeerCertificate Certificate = Issue(Host);

    [Theory]
    [InlineData("", true)]
    [InlineData("Try_TLS:mx.example.org NO", false)]
    [InlineData("Try_TLS:example.org NO", false)]
    [InlineData("Try_TLS:192.0.2 NO", false)]
    [InlineData("Try_TLS: NO", false)]
    [InlineData("Try_TLS:mx.example.org YES\nTry_TLS: NO", true)]
    [InlineData("Try_TLS:other.example NO", true)]
    public void Try_TLS_with_NO_by_name_address_or_default_keeps_TLS_away(string access, bool tries) =>
        Assert.Equal(tries, TlsRules.MayTry(Snapshot(access), Host, Address));

    [Theory]
    [InlineData("TLS_Srv:mx.example.org VERIFY")]
    [InlineData("TLS_Srv:example.org VERIFY")]
    [InlineData("TLS_Srv:192.0.2.25 VERIFY")]
    [InlineData("TLS_Srv: VERIFY")]
    public void TLS_Srv_is_asked_by_name_then_address_then_default(string access)
    {
        Assert.Null(Server(access, Verified()));
        Assert.Equal("454 4.7.0 authentication failed", Server(access, Session(TlsVerification.Fail)));
    }

    [Fact]
    public void The_name_comes_before_the_address_and_SKIP_ends_the_search()
    {
        Assert.Null(Server("TLS_Srv:mx.example.org ENCR:1\nTLS_Srv:192.0.2.25 VERIFY", Session(TlsVerification.No)));
        Assert.Null(Server("TLS_Srv:mx.example.org OK\nTLS_Srv:example.org VERIFY", null));
    }

    [Theory]
    [InlineData(TlsVerification.Fail, "authentication failed")]
    [InlineData(TlsVerification.No, "not authenticated")]
    [InlineData(TlsVerification.Not, "no authentication requested")]
    [InlineData(TlsVerification.None, "other side does not support STARTTLS")]
    [InlineData(TlsVerification.Clear, "STARTTLS disabled locally")]
    [InlineData(TlsVerification.Temp, "authentication failure TEMP")]
    [InlineData(TlsVerification.Software, "TLS handshake failed.")]
    [InlineData(TlsVerification.Protocol, "STARTTLS failed.")]
    public void VERIFY_says_what_became_of_verification(TlsVerification verification, string text) =>
        Assert.Equal("454 4.7.0 " + text, Reply(TlsRules.CheckServer(
            Snapshot("TLS_Srv:mx.example.org VERIFY"), Host, Address, tls: null, verification)));

    [Theory]
    [InlineData("ENCR:112", 256, null)]
    [InlineData("ENCR:256", 128, "454 4.7.0 encryption too weak 128 less than 256")]
    [InlineData("ENCR:112", 0, "454 4.7.0 encryption too weak 0 less than 112")]
    [InlineData("TEMP+ENCR:112", 0, "403 4.7.0 encryption too weak 0 less than 112")]
    [InlineData("PERM+ENCR:112", 0, "503 5.7.0 encryption too weak 0 less than 112")]
    [InlineData("VERIFY:256", 128, "454 4.7.0 encryption too weak 128 less than 256")]
    public void ENCR_and_bits_ask_for_the_keys_length(string value, int bits, string? reply) =>
        Assert.Equal(reply, Server($"TLS_Srv: {value}", bits == 0 ? null : Session(TlsVerification.Ok, bits)));

    [Theory]
    [InlineData("VERIFY+CN", null)]
    [InlineData("VERIFY+CN:mx.example.org", null)]
    [InlineData("VERIFY+CN:other.example", "454 4.7.0 CN mx.example.org does not match other.example")]
    [InlineData("VERIFY+CS:/C=DE/O=Relay/CN=mx.example.org", null)]
    [InlineData(
        "ENCR:112+CS:/CN=x", "454 4.7.0 Cert Subject /C=DE/O=Relay/CN=mx.example.org does not match /CN=x")]
    [InlineData("VERIFY+CI:/O=Relay/CN=Relay+20Test+20Authority", null)]
    [InlineData(
        "PERM+VERIFY+CI:/CN=x", "503 5.7.0 Cert Issuer /O=Relay/CN=Relay+20Test+20Authority does not match /CN=x")]
    [InlineData("VERIFY+CN++CI:/O=Relay/CN=Relay+20Test+20Authority", null)]
    [InlineData("VERIFY+CITag:Good", null)]
    [InlineData(
        "VERIFY+CITag:Other", "454 4.7.0 Cert Issuer /O=Relay/CN=Relay+20Test+20Authority not acceptable")]
    public void Extensions_ask_for_names_in_the_certificate(string value, string? reply) =>
        Assert.Equal(
            reply, Server($"TLS_Srv: {value}\nGood:/O=Relay/CN=Relay+20Test+20Authority OK", Verified()));

    [Fact]
    public void A_name_in_the_entry_stands_for_the_hosts_own()
    {
        TlsInfo forOther = Session(TlsVerification.Fail, isTrusted: true);
        Assert.Null(Reply(TlsRules.CheckServer(
            Snapshot("TLS_Srv:alias.example VERIFY+CN:mx.example.org"), "alias.example", Address, forOther,
            TlsVerification.Fail)));
        TlsInfo untrusted = Session(TlsVerification.Fail, isTrusted: false);
        Assert.NotNull(TlsRules.CheckServer(
            Snapshot("TLS_Srv:alias.example VERIFY+CN:mx.example.org"), "alias.example", Address, untrusted,
            TlsVerification.Fail));
    }

    [Theory]
    [InlineData("TLS_Rcpt:joe@example.org ENCR:112", "joe@example.org", false)]
    [InlineData("TLS_Rcpt:joe@example.org ENCR:112", "jane@example.org", true)]
    [InlineData("TLS_Rcpt:joe@ ENCR:112", "joe@example.net", false)]
    [InlineData("TLS_Rcpt:example.org ENCR:112", "jane@sub.example.org", false)]
    [InlineData("TLS_Rcpt: ENCR:112", "anybody@example.com", false)]
    [InlineData("TLS_Rcpt:joe@example.org OK\nTLS_Rcpt:example.org ENCR:112", "joe@example.org", true)]
    [InlineData("TLS_Srv: ENCR:112", "joe@example.org", true)]
    public void TLS_Rcpt_is_asked_by_address_user_domain_and_default(string access, string recipient, bool passes) =>
        Assert.Equal(
            passes ? null : "454 4.7.0 encryption too weak 0 less than 112",
            Reply(TlsRules.CheckRecipient(
                Snapshot(access), Encoding.UTF8.GetBytes(recipient), Host, tls: null, TlsVerification.None)));

    [Theory]
    [InlineData("TLS_Clt:client.example ENCR:112")]
    [InlineData("TLS_Clt:example ENCR:112")]
    [InlineData("TLS_Clt:192.0.2 ENCR:112")]
    [InlineData("TLS_Clt: ENCR:112")]
    public async Task TLS_Clt_is_asked_at_MAIL_by_name_address_and_default(string access)
    {
        var rules = new Rules { Access = access };
        Assert.Equal(
            "454 4.7.0 encryption too weak 0 less than 112",
            await rules.MailAsync(Rules.Named("client.example"), "a@client.example"));
        Assert.Equal("ok", await rules.MailAsync(With(Session(TlsVerification.Not)), ""));
    }

    [Fact]
    public void The_most_specific_policy_counts()
    {
        RoutingSnapshot snapshot = Snapshot(options: new RoutingOptions
        {
            HostName = "relay.example",
            TlsLevel = TlsLevel.May,
            TlsPolicies =
            [
                new TlsHostPolicy(".example.org", TlsLevel.Encrypt, []),
                new TlsHostPolicy(".deep.example.org", TlsLevel.None, []),
                new TlsHostPolicy("mx.example.org", TlsLevel.Verify, []),
                new TlsHostPolicy("192.0.2.7", TlsLevel.None, []),
            ],
        });
        TlsLevel Of(string host, string address = "192.0.2.1") =>
            TlsRules.PolicyOf(snapshot, host, IPAddress.Parse(address)).Level;
        Assert.Equal(TlsLevel.Verify, Of("MX.example.org"));
        Assert.Equal(TlsLevel.Encrypt, Of("mx2.example.org"));
        Assert.Equal(TlsLevel.None, Of("a.deep.example.org"));
        Assert.Equal(TlsLevel.None, Of("192.0.2.7", "192.0.2.7"));
        Assert.Equal(TlsLevel.May, Of("example.org"));
        Assert.Equal(TlsLevel.May, Of("notexample.org"));
    }

    [Theory]
    [InlineData(TlsLevel.None, false, TlsVerification.None, null)]
    [InlineData(TlsLevel.May, false, TlsVerification.None, null)]
    [InlineData(TlsLevel.May, true, TlsVerification.Fail, null)]
    [InlineData(TlsLevel.Encrypt, true, TlsVerification.Fail, null)]
    [InlineData(TlsLevel.Encrypt, false, TlsVerification.None, "454 4.7.0 TLS is required")]
    [InlineData(TlsLevel.Verify, true, TlsVerification.Ok, null)]
    [InlineData(TlsLevel.Verify, false, TlsVerification.None, "454 4.7.0 TLS is required")]
    [InlineData(TlsLevel.Verify, true, TlsVerification.Fail, "454 4.7.0 server certificate not verified: why")]
    public void A_level_asks_for_nothing_for_TLS_or_for_a_verified_name(
        TlsLevel level, bool isTls, TlsVerification verification, string? reply)
    {
        RoutingSnapshot snapshot = Snapshot(options: new RoutingOptions { HostName = "r.example", TlsLevel = level });
        TlsInfo? tls = isTls ? Session(verification) : null;
        Assert.Equal(reply, Reply(TlsRules.CheckServer(snapshot, Host, Address, tls, verification)));
    }

    [Fact]
    public void Fingerprint_takes_these_certificates_whoever_made_them()
    {
        RoutingSnapshot With(string fingerprint) => Snapshot(options: new RoutingOptions
        {
            HostName = "r.example",
            TlsPolicies = [new TlsHostPolicy(Host, TlsLevel.Fingerprint, [new string('0', 64), fingerprint])],
        });
        TlsInfo tls = Session(TlsVerification.Fail);
        Assert.Null(TlsRules.CheckServer(With(Certificate.Fingerprint), Host, Address, tls, tls.Verification));
        Assert.NotNull(TlsRules.CheckServer(With(new string('1', 64)), Host, Address, tls, tls.Verification));
        Assert.NotNull(TlsRules.CheckServer(
            With(Certificate.Fingerprint), Host, Address, null, TlsVerification.None));
        Assert.True(TlsRules.IsAuthenticated(With(Certificate.Fingerprint), Host, Address, tls));
        Assert.False(TlsRules.IsAuthenticated(With(new string('1', 64)), Host, Address, tls));
        Assert.False(TlsRules.IsAuthenticated(Snapshot(), Host, Address, tls));
        Assert.True(TlsRules.IsAuthenticated(Snapshot(), Host, Address, Verified()));
    }

    [Theory]
    [InlineData("CERTISSUER:/O=Relay/CN=Relay+20Test+20Authority RELAY", true)]
    [InlineData(
        "CERTISSUER:/O=Relay/CN=Relay+20Test+20Authority SUBJECT\nCERTSUBJECT:/C=DE/O=Relay/CN=mx.example.org RELAY",
        true)]
    [InlineData("CERTISSUER:/O=Relay/CN=Relay+20Test+20Authority SUBJECT", false)]
    [InlineData(
        "CERTISSUER:/O=Relay/CN=Relay+20Test+20Authority SUBJECT\nCERTSUBJECT:/C=DE/O=Relay/CN=other RELAY", false)]
    [InlineData("CERTSUBJECT:/C=DE/O=Relay/CN=mx.example.org RELAY", false)]
    [InlineData("CERTISSUER:/CN=Other RELAY", false)]
    [InlineData("", false)]
    public async Task A_verified_certificate_relays_by_its_issuer_or_by_issuer_and_subject(string access, bool relays)
    {
        var rules = new Rules { Access = access };
        string expected = relays
            ? "ok"
            : "550 5.7.1 <b@example.net>... Relaying denied";
        Assert.Equal(expected, await rules.RcptAsync(With(Verified()), "b@example.net"));
    }

    [Theory]
    [InlineData(TlsVerification.Fail)]
    [InlineData(TlsVerification.No)]
    [InlineData(TlsVerification.Not)]
    public async Task A_certificate_that_is_not_verified_relays_nothing(TlsVerification verification)
    {
        var rules = new Rules { Access = "CERTISSUER:/O=Relay/CN=Relay+20Test+20Authority RELAY" };
        Assert.Equal(
            "550 5.7.1 <b@example.net>... Relaying denied",
            await rules.RcptAsync(With(Session(verification)), "b@example.net"));
    }

    [Theory]
    [InlineData("Srv_Features:client.example S V", "S V")]
    [InlineData("Srv_Features: V", "V")]
    [InlineData("", "")]
    public void Srv_Features_are_those_of_the_client(string access, string letters) =>
        Assert.Equal(letters, TlsRules.ServerFeatures(Snapshot(access), Rules.Named("client.example"), trace: null));

    private static ClientFacts With(TlsInfo tls) =>
        new(IPAddress.Parse("192.0.2.99"), ClientResolution.Ok, "client.example") { Tls = tls };

    private static RoutingSnapshot Snapshot(string access = "", RoutingOptions? options = null) =>
        new Rules { Access = access, Options = options ?? new RoutingOptions { HostName = "relay.example" } }.Build();

    private static string? Server(string access, TlsInfo? tls) => Reply(TlsRules.CheckServer(
        Snapshot(access), Host, Address, tls, tls?.Verification ?? TlsVerification.None));

    private static string? Reply(TlsVerdict? verdict) => verdict?.Reply;

    private static TlsInfo Verified() => Session(TlsVerification.Ok);

    private static TlsInfo Session(TlsVerification verification, int bits = 256, bool? isTrusted = null) => new()
    {
        Version = "TLSv1.3",
        Cipher = "TLS_AES_256_GCM_SHA384",
        Bits = bits,
        Verification = verification,
        Certificate = Certificate,
        IsChainTrusted = isTrusted ?? verification == TlsVerification.Ok,
        Problem = verification == TlsVerification.Fail ? "why" : string.Empty,
    };

    private static PeerCertificate Issue(string name)
    {
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue(name);
        return new PeerCertificate(certificate);
    }
}
