using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Relay.Testing;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Tls;

/// <summary>
/// New rules about TLS with a next hop, taken up by the running program, count for the connections that it keeps open.
/// </summary>
public sealed class RulesReloadTests
{
    [Theory]
    [InlineData("table")]
    [InlineData("option")]
    public async Task Mail_behind_a_reload_that_asks_for_TLS_goes_over_no_connection_in_clear(string what)
    {
        Tool.Require("curl");
        using var workspace = new Workspace();
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue("mx.test");
        await using var exchanger = new ScriptedMailExchanger
        {
            Offer = "250-mx.test\r\n250-PIPELINING\r\n250 STARTTLS",
            Tls = async (connection, stop) =>
            {
                var stream = new SslStream(connection);
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
                return stream;
            },
        };
        string access = workspace.Write("access", "Try_TLS:127.0.0.1 NO\n");
        await using var relay = new RelayUnderTest(workspace, exchanger.Port)
        {
            Settings =
            [
                $"tables.access={access}", "delivery.connectionIdleTimeout=5m",
                "delivery.connectionsPerDestinationMax=1", // the next message waits until the reply to the last was read
            ],
        };
        await relay.StartAsync();
        await SendAsync(relay, exchanger, 1);
        await SendAsync(relay, exchanger, 2);
        Assert.Equal([1, 1], exchanger.Mails.Select(static mail => mail.Connection));
        Assert.DoesNotContain("1: STARTTLS", exchanger.Lines);

        PemFiles.Replace(access, "TLS_Srv:127.0.0.1 ENCR:112\n", PemFiles.Private);
        if (what == "table")
        {
            await relay.Program.WaitForLineAsync($"{access} is in force");
        }
        else
        {
            string options = File.ReadAllText(relay.ConfigurationPath).Replace(
                "\"retry\":",
                "\"delivery\": { \"tls\": { \"level\": \"encrypt\" } },\n  \"retry\":",
                StringComparison.Ordinal);
            File.WriteAllText(relay.ConfigurationPath, options);
            await relay.Program.SignalAsync("HUP");
            await relay.Program.WaitForLineAsync("reloaded");
        }

        await SendAsync(relay, exchanger, 3);
        await SendAsync(relay, exchanger, 4);
        Assert.Equal([1, 1, 2, 2], exchanger.Mails.Select(static mail => mail.Connection));
        Assert.Contains("2: STARTTLS", exchanger.Lines);
        Assert.Contains("1: QUIT", exchanger.Lines);
    }

    private static async Task SendAsync(RelayUnderTest relay, ScriptedMailExchanger exchanger, int count)
    {
        ToolResult sent = await Tool.RunAsync(
            Tool.Find("curl")!,
            [
                "--silent", "--show-error", $"smtp://127.0.0.1:{relay.Port}", "--mail-from", "a@example.com",
                "--mail-rcpt", "b@example.org", "--crlf", "--upload-file", "-",
            ],
            "Subject: x\n\nx\n");
        Assert.True(sent.ExitCode == 0, sent.ToString());
        await exchanger.WhenAsync(e => e.Mails.Count == count);
    }
}
