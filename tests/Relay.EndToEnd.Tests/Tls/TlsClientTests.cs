using System.Globalization;
using System.Text;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// What administrators test TLS with (openssl, swaks, curl, msmtp) against the real program. Each skips, saying why,
/// where its program is missing.
/// </summary>
public sealed class TlsClientTests(TlsRelayFixture relay) : IClassFixture<TlsRelayFixture>
{
    private const string Message = "From: a@example.com\nTo: b@example.org\nSubject: hello\n\n.a line with a dot\nlast\n";
    private const string Quit = "NOOP\r\nQUIT\r\n";

    private string Port => relay.Port.ToString(CultureInfo.InvariantCulture);

    private string ImplicitPort => relay.ImplicitPort.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("-tls1_3", "TLSv1.3")]
    [InlineData("-tls1_2", "TLSv1.2")]
    public async Task Openssl_s_client_with_starttls_verifies_chain_and_name(string option, string version)
    {
        ToolResult result = await OpensslAsync([option, "-CAfile", relay.Authority, "-verify_return_error",
            "-verify_hostname", "relay.test", "-starttls", "smtp", "-brief"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("Verification: OK", result.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Protocol version: {version}", result.ToString(), StringComparison.Ordinal);
        Assert.Contains("221 2.0.0 relay.test", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Openssl_s_client_verifies_where_TLS_is_from_the_first_octet_on()
    {
        ToolResult result = await OpensslAsync(
            ["-CAfile", relay.Authority, "-verify_return_error", "-verify_hostname", "relay.test", "-brief"],
            ImplicitPort);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("220 relay.test ESMTP", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1", "DEFAULT:@SECLEVEL=0")]
    [InlineData("-tls1_1", "DEFAULT:@SECLEVEL=0")]
    [InlineData("-tls1_2", "AES128-SHA:AES256-SHA:@SECLEVEL=0")]
    [InlineData("-tls1_2", "NULL-SHA:ECDHE-RSA-NULL-SHA:ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0")]
    [InlineData("-tls1_2", "aNULL:@SECLEVEL=0")]
    public async Task Old_versions_and_weak_ciphers_are_refused(string version, string ciphers)
    {
        ToolResult result = await OpensslAsync([version, "-cipher", ciphers, "-starttls", "smtp", "-brief"]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("Ciphersuite:", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("221 2.0.0 relay.test", result.Output, StringComparison.Ordinal);
        await WaitForLogAsync("STARTTLS=server, error: accept failed=-1, reason=");
    }

    [Theory]
    [InlineData("second.test", "CN = second.test", "RSA")]
    [InlineData("relay.test", "CN = relay.test", "ECDSA")]
    [InlineData("unknown.test", "CN = relay.test", "ECDSA")]
    [InlineData(null, "CN = relay.test", "ECDSA")]
    public async Task The_certificate_is_that_of_the_name_asked_for(string? name, string subject, string signature)
    {
        string[] naming = name is null ? ["-noservername"] : ["-servername", name];
        ToolResult result = await OpensslAsync([.. naming, "-starttls", "smtp", "-brief"]);
        Assert.Contains(subject, result.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Signature type: {signature}", result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_3")]
    [InlineData("-tls1_2")]
    public async Task A_session_is_resumed(string version)
    {
        string session = Path.Combine(Path.GetDirectoryName(relay.Authority)!, $"session{version}.pem");
        string[] common = [version, "-servername", "relay.test", "-starttls", "smtp"];
        ToolResult first = await OpensslAsync([.. common, "-sess_out", session]);
        Assert.Contains("New, TLSv1", first.Output, StringComparison.Ordinal);
        ToolResult second = await OpensslAsync([.. common, "-sess_in", session]);
        Assert.Contains("Reused, TLSv1", second.Output, StringComparison.Ordinal);
        Assert.Contains("221 2.0.0 relay.test", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tls", false)]
    [InlineData("--tls-on-connect", true)]
    public async Task Swaks_sends_over_TLS_and_the_trace_field_says_so(string option, bool isImplicit)
    {
        Tool.Require("swaks");
        string sender = $"swaks{option}@example.com";
        ToolResult sent = await Tool.RunAsync(Tool.Find("swaks")!, [
            "--server", "127.0.0.1", "--port", isImplicit ? ImplicitPort : Port, option, "--tls-verify", "--tls-ca-path",
            relay.Authority, "--from", sender, "--to", "b@example.org", "--data", "-"], Message);
        SkipWithoutTls(sent);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await AssertTracedAsync(sender, "verify=NO");
    }

    [Theory]
    [InlineData("smtp", "--ssl-reqd")]
    [InlineData("smtps", "--silent")]
    public async Task Curl_verifies_the_certificate_and_sends_over_TLS(string scheme, string option)
    {
        Tool.Require("curl");
        string port = scheme == "smtps" ? ImplicitPort : Port;
        string sender = $"{scheme}-curl@example.com";
        ToolResult sent = await Tool.RunAsync(Tool.Find("curl")!, [
            "--silent", "--show-error", option, "--cacert", relay.Authority, "--resolve", $"relay.test:{port}:127.0.0.1",
            $"{scheme}://relay.test:{port}", "--mail-from", sender, "--mail-rcpt", "b@example.org", "--crlf",
            "--upload-file", "-"], Message);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await AssertTracedAsync(sender, "verify=NO");
    }

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public async Task Msmtp_verifies_the_certificate_and_sends_over_TLS(string starttls)
    {
        Tool.Require("msmtp");
        string sender = $"msmtp-{starttls}@example.com";
        ToolResult sent = await Tool.RunAsync(Tool.Find("msmtp")!, [
            "--host=127.0.0.1", $"--port={(starttls == "on" ? Port : ImplicitPort)}", "--tls=on",
            $"--tls-starttls={starttls}", $"--tls-trust-file={relay.Authority}", $"--from={sender}", "b@example.org"],
            Message);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await AssertTracedAsync(sender, "verify=NO");
    }

    [Fact]
    public async Task A_client_that_trusts_another_authority_refuses_the_certificate()
    {
        Tool.Require("curl");
        ToolResult sent = await Tool.RunAsync(Tool.Find("curl")!, [
            "--silent", "--show-error", "--ssl-reqd", "--resolve", $"relay.test:{Port}:127.0.0.1",
            $"smtp://relay.test:{Port}", "--mail-from", "a@example.com", "--mail-rcpt", "b@example.org", "--upload-file",
            "-"], Message);
        Assert.Equal(60, sent.ExitCode); // CURLE_PEER_FAILED_VERIFICATION
    }

    [Fact]
    public async Task A_strangers_certificate_of_a_listed_issuer_lets_him_relay_and_without_it_he_may_not()
    {
        Tool.Require("curl");
        string[] common =
        [
            "--silent", "--show-error", "--interface", "127.0.0.2", "--ssl-reqd", "--cacert", relay.Authority,
            "--resolve", $"relay.test:{Port}:127.0.0.1", $"smtp://relay.test:{Port}", "--mail-from",
            "stranger@example.com", "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-",
        ];
        ToolResult refused = await Tool.RunAsync(Tool.Find("curl")!, common, Message);
        Assert.Equal(55, refused.ExitCode); // CURLE_SEND_ERROR: RCPT was refused
        Assert.Contains("550", refused.Error, StringComparison.Ordinal);
        ToolResult sent = await Tool.RunAsync(
            Tool.Find("curl")!, [.. common, "--cert", relay.ClientCertificate, "--key", relay.ClientKey], Message);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await AssertTracedAsync("stranger@example.com", "verify=OK");
        await WaitForLogAsync(
            "STARTTLS=server, cert-subject=/C=DE/O=Relay/CN=client.test, "
            + "cert-issuer=/O=Relay/CN=Relay+20Test+20Authority, verifymsg=ok");
    }

    [Fact]
    public async Task TLS_Clt_refuses_mail_in_clear_and_takes_it_over_TLS()
    {
        Tool.Require("curl");
        string[] common =
        [
            "--silent", "--show-error", "--interface", "127.0.0.3", "--cacert", relay.Authority, "--resolve",
            $"relay.test:{Port}:127.0.0.1", $"smtp://relay.test:{Port}", "--mail-from", "private@example.com",
            "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-",
        ];
        ToolResult refused = await Tool.RunAsync(Tool.Find("curl")!, [.. common, "--verbose"], Message);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(
            "454 4.7.0 encryption too weak 0 less than 112", refused.Error, StringComparison.Ordinal);
        ToolResult sent = await Tool.RunAsync(Tool.Find("curl")!, [.. common, "--ssl-reqd"], Message);
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await relay.MailOfAsync("private@example.com");
    }

    private static void SkipWithoutTls(ToolResult result) => Assert.SkipWhen(
        result.ToString().Contains("TLS not available", StringComparison.Ordinal),
        "swaks has no TLS: libnet-ssleay-perl is not installed (tests/run.sh installs it as root)");

    private Task WaitForLogAsync(string text) => Poll.UntilAsync(
        () => relay.Program.Output.Contains(text, StringComparison.Ordinal),
        TimeSpan.FromMinutes(1),
        () => relay.Program.Output);

    private Task<ToolResult> OpensslAsync(string[] arguments, string? port = null)
    {
        Tool.Require("openssl");
        return Tool.RunAsync(
            Tool.Find("openssl")!, ["s_client", "-connect", $"127.0.0.1:{port ?? Port}", "-ign_eof", .. arguments], Quit);
    }

    private async Task AssertTracedAsync(string sender, string verify)
    {
        ReceivedMail mail = await relay.MailOfAsync(sender);
        string text = Encoding.UTF8.GetString(mail.Wire).Replace("\r\n\t", " ", StringComparison.Ordinal);
        string received = text[..text.IndexOf("\r\n", StringComparison.Ordinal)];
        Assert.Contains(" by relay.test ", received, StringComparison.Ordinal);
        Assert.Contains(" with ESMTPS ", received, StringComparison.Ordinal);
        Assert.Contains(
            $"(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 {verify})", received, StringComparison.Ordinal);
        Assert.Contains("\r\n..a line with a dot\r\nlast\r\n", text, StringComparison.Ordinal);
        await WaitForLogAsync($"], version=TLSv1.3, {verify}, cipher=TLS_AES_256_GCM_SHA384, bits=256/256");
    }
}
