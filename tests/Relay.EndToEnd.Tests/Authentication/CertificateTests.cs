namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>
/// Real clients with certificates: EXTERNAL (RFC 4422, appendix A), <c>CERTISSUER:</c> and <c>CERTSUBJECT:</c>
/// (Sendmail: cf/README, "STARTTLS"), and the passwords that TLS alone lets them send.
/// </summary>
public sealed class CertificateTests
{
    [Theory]
    [InlineData("curl")]
    [InlineData("msmtp")]
    public async Task Whom_the_certificate_names_authenticates_by_external_and_may_relay(string client)
    {
        Tool.Require(client);
        await using CertificateRelay relay = await StartAsync();
        ToolResult sent = client == "curl"
            ? await relay.CurlAsync("tim", External("tim"))
            : await relay.MsmtpAsync("tim", "--auth=external", "--user=tim");
        Assert.True(sent.ExitCode == 0, $"{sent}\n{relay.Output}");
        string received = await relay.ReceivedAsync();
        Assert.Contains(" with ESMTPSA ", received, StringComparison.Ordinal);
        Assert.Contains(" verify=OK)", received, StringComparison.Ordinal);
        await relay.Relay.Relay.Program.WaitForLineAsync("authid=tim, mech=EXTERNAL");
    }

    [Fact]
    public async Task The_certificate_alone_lets_its_user_not_relay_and_authenticates_nobody_else()
    {
        Tool.Require("curl");
        await using CertificateRelay relay = await StartAsync();
        ToolResult silent = await relay.CurlAsync("tim");
        Assert.NotEqual(0, silent.ExitCode);
        Assert.Contains("250-AUTH EXTERNAL SCRAM-SHA-256 PLAIN LOGIN", silent.Error, StringComparison.Ordinal);
        Assert.Contains("550 5.7.1 <b@example.org>... Relaying denied", silent.Error, StringComparison.Ordinal);
        ToolResult other = await relay.CurlAsync("tim", External("tom"));
        Assert.NotEqual(0, other.ExitCode);
        Assert.Contains("535 5.7.8 authentication failed", other.Error, StringComparison.Ordinal);
        Assert.Empty(relay.Exchanger.Mails);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody")]
    [InlineData("stranger")]
    [InlineData("expired")]
    public async Task Without_a_valid_certificate_of_a_user_external_is_not_offered(string? kind)
    {
        Tool.Require("curl");
        await using CertificateRelay relay = await StartAsync();
        string? name = kind is null ? null : kind == "nobody" ? "nobody" : "tim";
        ToolResult refused = await (name is null ? relay : relay.With(name, kind!)).CurlAsync(name, External("tim"));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("250-AUTH SCRAM-SHA-256 PLAIN LOGIN", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(" 235 ", refused.Error, StringComparison.Ordinal);
        Assert.Empty(relay.Exchanger.Mails);
    }

    [Fact]
    public async Task Who_has_authenticated_by_a_mechanism_that_is_not_trusted_may_not_relay()
    {
        Tool.Require("curl");
        await using CertificateRelay relay = await StartAsync("auth.trustedMechanisms=SCRAM-SHA-256");
        ToolResult refused = await relay.CurlAsync("tim", External("tim"));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("235 2.0.0 OK Authenticated", refused.Error, StringComparison.Ordinal);
        Assert.Contains("550 5.7.1 <b@example.org>... Relaying denied", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_subject_of_a_listed_issuer_may_relay_and_another_of_the_same_issuer_may_not()
    {
        Tool.Require("curl");
        await using var relay = new CertificateRelay();
        relay.With("host.example").With("other.example");
        File.WriteAllText(
            Path.Combine(relay.Relay.Tables, "access"),
            $"CERTISSUER:{relay.Issuer} SUBJECT\nCERTSUBJECT:{relay.SubjectOf("host.example")} RELAY\n");
        await relay.StartAsync();
        foreach (string? name in (string?[])["other.example", null])
        {
            ToolResult refused = await relay.CurlAsync(name);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("550 5.7.1 <b@example.org>... Relaying denied", refused.Error, StringComparison.Ordinal);
        }

        ToolResult sent = await relay.CurlAsync("host.example");
        Assert.True(sent.ExitCode == 0, $"{sent}\n{relay.Output}");
        Assert.Contains(" with ESMTPS ", await relay.ReceivedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("curl", "PLAIN")]
    [InlineData("curl", "LOGIN")]
    [InlineData("msmtp", "plain")]
    [InlineData("msmtp", "scram-sha-256")]
    public async Task Under_TLS_a_password_authenticates_and_in_clear_none_may_be_sent(string client, string mechanism)
    {
        Tool.Require(client, "swaks");
        await using CertificateRelay relay = await StartAsync();
        ToolResult sent = client == "curl"
            ? await relay.CurlAsync(
                null, "--user", $"tim:{CertificateRelay.Password}", "--login-options", $"AUTH={mechanism}")
            : await relay.MsmtpAsync(
                null, $"--auth={mechanism}", "--user=tim", $"--passwordeval=printf '%s' '{CertificateRelay.Password}'");
        Assert.True(sent.ExitCode == 0, $"{sent}\n{relay.Output}");
        Assert.Contains(" with ESMTPSA ", await relay.ReceivedAsync(), StringComparison.Ordinal);
        await relay.Relay.Relay.Program.WaitForLineAsync($"authid=tim, mech={mechanism.ToUpperInvariant()}");
        ToolResult clear = await relay.Relay.SwaksAsync(
            "--auth", "PLAIN", "--auth-user", "tim", "--auth-password", CertificateRelay.Password);
        Assert.NotEqual(0, clear.ExitCode);
        Assert.Contains("250-AUTH SCRAM-SHA-256\n", clear.Output.Replace("\r", string.Empty), StringComparison.Ordinal);
        Assert.DoesNotContain("235 ", clear.Output, StringComparison.Ordinal);
        Assert.Single(relay.Exchanger.Mails);
    }

    private static string[] External(string user) => ["--user", $"{user}:", "--login-options", "AUTH=EXTERNAL"];

    private static async Task<CertificateRelay> StartAsync(params string[] settings)
    {
        var relay = new CertificateRelay(settings);
        relay.With("tim");
        await relay.StartAsync();
        return relay;
    }
}
