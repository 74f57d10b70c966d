using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Relay.Testing;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>Postfix as next hop and as client, both by STARTTLS with verified certificates.</summary>
public sealed class PostfixTlsTests
{
    [Fact]
    public async Task Mail_goes_to_postfix_and_comes_back_over_verified_TLS()
    {
        PostfixUnderTest.Require();
        Tool.Require("curl");
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        string trusted = authority.WriteTo(workspace.PathOf("ca.pem"));
        string relayFile = Write(workspace, authority, "localhost");
        string postfixFile = Write(workspace, authority, "mx.test");
        await using var end = new ScriptedMailExchanger();
        await using var last = new RelayUnderTest(workspace, end.Port) { Settings = [$"tls.certificates={relayFile}"] };
        await last.StartAsync();
        await using PostfixUnderTest postfix =
            await PostfixUnderTest.StartAsync(workspace, postfixFile, trusted, last.Port);
        string hosts = workspace.Write("hosts", "127.0.0.1 mx.test\n");
        using var secondWorkspace = new Workspace();
        await using var first = new RelayUnderTest(secondWorkspace, postfix.Port)
        {
            Settings =
            [
                string.Create(CultureInfo.InvariantCulture, $"smartHost=smtp:[mx.test]:{postfix.Port}"),
                $"dns.hostsFile={hosts}",
                "delivery.tls.level=verify",
                $"delivery.tls.authorities={trusted}",
            ],
        };
        await first.StartAsync();
        ToolResult sent = await Tool.RunAsync(
            Tool.Find("curl")!,
            [
                "--silent", "--show-error", $"smtp://127.0.0.1:{first.Port}", "--mail-from", "a@example.com",
                "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-",
            ],
            "Subject: round\n\nhello\n");
        Assert.True(sent.ExitCode == 0, sent.ToString());
        Task arrived = end.WhenAsync(static e => e.Mails.Count == 1);
        await Task.WhenAny(arrived);
        Assert.True(
            arrived.IsCompletedSuccessfully, $"{first.Program.Output}\n{postfix.Log}\n{last.Program.Output}");

        await first.Program.WaitForLineAsync(
            "STARTTLS=client, relay=mx.test [127.0.0.1], version=TLSv1.3, verify=OK, cipher=TLS_AES_256_GCM_SHA384");
        Assert.Contains("Verified TLS connection established to localhost", postfix.Log, StringComparison.Ordinal);
        string text = Encoding.UTF8.GetString(end.Mails[0].Wire).Replace("\r\n\t", " ", StringComparison.Ordinal);
        string[] received =
            [.. text.Split("\r\n").Where(l => l.StartsWith("Received:", StringComparison.Ordinal))];
        Assert.Contains("from postfix.test ", received[0], StringComparison.Ordinal);
        Assert.Contains(" with ESMTPS ", received[0], StringComparison.Ordinal);
        Assert.Contains(
            "(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NOT)", received[0], StringComparison.Ordinal);
        Assert.Contains("by postfix.test (Postfix) with ESMTPS", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_does_not_verify_keeps_mail_in_the_queue()
    {
        PostfixUnderTest.Require();
        Tool.Require("curl");
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        string trusted = authority.WriteTo(workspace.PathOf("ca.pem"));
        await using PostfixUnderTest postfix = await PostfixUnderTest.StartAsync(
            workspace, Write(workspace, authority, "other.test"), trusted, Workspace.FreePort());
        string hosts = workspace.Write("hosts", "127.0.0.1 mx.test\n");
        await using var relay = new RelayUnderTest(workspace, postfix.Port)
        {
            Settings =
            [
                string.Create(CultureInfo.InvariantCulture, $"smartHost=smtp:[mx.test]:{postfix.Port}"),
                $"dns.hostsFile={hosts}",
                "delivery.tls.policies=mx.test | verify",
                $"delivery.tls.authorities={trusted}",
            ],
        };
        await relay.StartAsync();
        ToolResult sent = await Tool.RunAsync(
            Tool.Find("curl")!,
            [
                "--silent", "--show-error", $"smtp://127.0.0.1:{relay.Port}", "--mail-from", "a@example.com",
                "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-",
            ],
            "Subject: stays\n\nhello\n");
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await relay.Program.WaitForLineAsync("server certificate not verified: the certificate is for another name");
        Assert.Equal(1, (await relay.SummaryAsync()).GetProperty("queued").GetInt64());
        Assert.DoesNotContain("client=", postfix.Log, StringComparison.Ordinal); // no MAIL was said
    }

    private static string Write(Workspace workspace, TestAuthority authority, string name)
    {
        string path = workspace.PathOf($"{name}.pem");
        using X509Certificate2 certificate = authority.Issue(name);
        PemFiles.Replace(path, PemFiles.KeyOf(certificate) + "\n" + certificate.ExportCertificatePem(), PemFiles.Private);
        return path;
    }
}
