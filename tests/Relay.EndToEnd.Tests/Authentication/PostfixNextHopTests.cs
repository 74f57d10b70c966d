using System.Security.Cryptography.X509Certificates;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Authentication;

/// <summary>Debian's Postfix, which takes mail only of who authenticates, as the next hop.</summary>
public class PostfixNextHopTests
{
    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("PLAIN")]
    public async Task Mail_goes_to_postfix_with_sasl_by_authinfo(string mechanism)
    {
        Tool.Require("swaks");
        await using var servers = new MailServers();
        await servers.StartDovecotAsync("relay:{PLAIN}geheim wort");
        int port = Workspace.FreePort();
        await servers.StartPostfixAsync(port);
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(workspace, port);
        relay.WriteSecret("authinfo", $"AuthInfo:127.0.0.1 \"U:relay\" \"P:geheim wort\" \"M:{mechanism}\"\n");
        await relay.StartAsync();
        await SendAsync(relay);
        await UntilLoggedAsync(servers, $"sasl_method={mechanism}, sasl_username=relay", relay);
        await UntilLoggedAsync(servers, "status=sent", relay);
        Assert.DoesNotContain("geheim", relay.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("PLAIN")]
    public async Task Mail_goes_to_postfix_with_sasl_within_TLS_and_a_verified_certificate(string mechanism)
    {
        Tool.Require("swaks");
        await using var servers = new MailServers();
        await servers.StartDovecotAsync("relay:{PLAIN}geheim wort");
        int port = Workspace.FreePort();
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        string trusted = authority.WriteTo(workspace.PathOf("ca.pem"));
        using X509Certificate2 certificate = authority.Issue("next.example", others: ["127.0.0.1"]);
        await servers.StartPostfixAsync(port, $"{PemFiles.KeyOf(certificate)}\n{certificate.ExportCertificatePem()}");
        await using var relay = new AuthenticatingRelay(
            workspace, port, "auth.allowPlaintextToServers=false", $"delivery.tls.authorities={trusted}");
        relay.WriteSecret("authinfo", $"AuthInfo:127.0.0.1 \"U:relay\" \"P:geheim wort\" \"M:{mechanism}\"\n");
        await relay.StartAsync();
        await SendAsync(relay);
        await UntilLoggedAsync(servers, $"sasl_method={mechanism}, sasl_username=relay", relay);
        await UntilLoggedAsync(servers, "status=sent", relay);
        Assert.Contains("TLS connection established from", servers.PostfixLog, StringComparison.Ordinal);
        await relay.Relay.Program.WaitForLineAsync("STARTTLS=client, relay=[127.0.0.1], version=TLSv1.3, verify=OK");
        Assert.DoesNotContain("geheim", relay.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_wrong_password_the_mail_waits_the_destination_is_suspended_and_the_right_one_sends_it()
    {
        Tool.Require("swaks");
        await using var servers = new MailServers();
        await servers.StartDovecotAsync("relay:{PLAIN}geheim");
        int port = Workspace.FreePort();
        await servers.StartPostfixAsync(port);
        using var workspace = new Workspace();
        await using var relay = new AuthenticatingRelay(workspace, port);
        relay.WriteSecret("authinfo", "AuthInfo:127.0.0.1 \"U:relay\" \"P:falsches\"\n");
        await relay.StartAsync();
        await SendAsync(relay);
        await relay.Relay.Program.WaitForLineAsync("uthenticat");
        await UntilLoggedAsync(servers, "authentication failed", relay);
        Assert.Equal(1, (await relay.Relay.SummaryAsync()).GetProperty("queued").GetInt64());
        Assert.DoesNotContain("falsches", relay.Output, StringComparison.Ordinal);

        relay.WriteSecret("authinfo", "AuthInfo:127.0.0.1 \"U:relay\" \"P:geheim\"\n");
        await UntilLoggedAsync(servers, "status=sent", relay);
        Assert.DoesNotContain("geheim", relay.Output, StringComparison.Ordinal);
    }

    private static async Task SendAsync(AuthenticatingRelay relay)
    {
        ToolResult sent = await Tool.RunAsync(Tool.Find("swaks")!, [
            "--server", $"127.0.0.1:{relay.Port}", "--from", "a@example.com", "--to", "b@example.org", "--body", "hello"]);
        Assert.True(sent.ExitCode == 0, sent.ToString());
    }

    private static Task UntilLoggedAsync(MailServers servers, string text, AuthenticatingRelay relay) => Poll.UntilAsync(
        () => servers.PostfixLog.Contains(text, StringComparison.Ordinal),
        TimeSpan.FromMinutes(2),
        () => $"no \"{text}\"\n{servers.PostfixLog}\n{relay.Output}");
}
