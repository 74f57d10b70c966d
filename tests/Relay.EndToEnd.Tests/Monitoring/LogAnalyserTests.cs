using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Relay.Testing.Tls;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>
/// What reads Sendmail's log today reads ours: Debian's logwatch, fail2ban and logrotate on a real relay's.
/// </summary>
public sealed class LogAnalyserTests
{
    [Fact]
    public async Task Logwatch_counts_messages_recipients_refusals_and_knows_every_line_about_mail()
    {
        string logwatch = MonitoringTool.Require("logwatch");
        Tool.Require("perl");
        await using var relay = new LoggingRelay();
        await relay.Relay.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await relay.SendAsync("a@example.com", $"b{i}@example.org");
        }

        await relay.SendAsync("a@example.com", "bad@example.org");
        using (Conversation stranger = await Conversation.BeginAsync(relay.Relay.Port, "127.0.0.9"))
        {
            await stranger.SayAsync(null);
            await stranger.SayAsync("EHLO stranger.test");
            await stranger.SayAsync("NOOP");
        }

        await relay.WaitForAsync("stat=Sent", 4); // with the notification of the fourth
        await relay.WaitForAsync("stat=User unknown");
        await relay.WaitForAsync("did not issue MAIL/EXPN/VRFY/ETRN during connection");
        await relay.Relay.Program.SignalAsync("TERM");
        await relay.Relay.Program.WaitForExitAsync();

        string text = await ReportAsync(logwatch, relay);
        Assert.True(Regex.IsMatch(text, @"Messages To Recipients: +5\b"), text + relay.Log());
        Assert.True(Regex.IsMatch(text, @"Bytes Transferred: +[1-9]"), text);
        Assert.Contains("b0@example.org", text, StringComparison.Ordinal);
        Assert.True(Regex.IsMatch(text, @"User unknown:\s+<bad@example\.org> +1 Time"), text);
        Assert.True(Regex.IsMatch(text, @"Client quit before communicating:.*\s+\[127\.0\.0\.9\] +1 Time"), text);
        Assert.Contains("Sendmail was started 1 time(s)", text, StringComparison.Ordinal);
        string unmatched = text[text.IndexOf("**Unmatched Entries**", StringComparison.Ordinal)..]; // the program's own
        Assert.DoesNotMatch("(from|to|relay|stat|ruleset)=|\\[127", unmatched);
    }

    [Fact]
    public async Task Logwatch_counts_handshakes_their_ciphers_and_those_that_failed()
    {
        string logwatch = MonitoringTool.Require("logwatch");
        Tool.Require("perl", "openssl");
        using var keys = new Workspace();
        using (var authority = new TestAuthority())
        using (X509Certificate2 certificate = authority.Issue("relay.test"))
        {
            PemFiles.Write(certificate, keys.PathOf("relay.pem"), keys.PathOf("relay.key"));
        }

        await using var relay = new LoggingRelay(
            $"tls.certificates={keys.PathOf("relay.pem")} | {keys.PathOf("relay.key")}");
        await relay.Relay.StartAsync();
        ToolResult client = await Tool.RunAsync(
            Tool.Find("openssl")!,
            [
                "s_client", "-connect", $"127.0.0.1:{relay.Relay.Port}", "-starttls", "smtp", "-tls1_3", "-ign_eof",
                "-quiet",
            ],
            "QUIT\r\n");
        Assert.Contains("221 2.0.0", client.Output, StringComparison.Ordinal);
        using (Conversation broken = await Conversation.BeginAsync(relay.Relay.Port, "127.0.0.9"))
        {
            await broken.SayAsync(null);
            await broken.SayAsync("EHLO broken.test");
            Assert.StartsWith("220", await broken.SayAsync("STARTTLS"), StringComparison.Ordinal);
            await broken.WriteAsync("this is no handshake\r\n");
            Assert.Equal(string.Empty, await broken.SayAsync(null));
        }

        await relay.WaitForAsync("STARTTLS=server, relay=");
        await relay.WaitForAsync("STARTTLS=server, error: accept failed");
        await relay.Relay.Program.SignalAsync("TERM");
        await relay.Relay.Program.WaitForExitAsync();

        string text = await ReportAsync(logwatch, relay);
        Assert.True(Regex.IsMatch(text, @"For STARTTLS in server mode,\s+No cert was requested +1 Time"), text);
        Assert.True(Regex.IsMatch(text, @"Cipher: TLS_\w+ Bits: (128/128|256/256) +1 Time"), text);
        Assert.True(Regex.IsMatch(text, @"TLS Failed Access\s+\S[^\n]*\s+\[127\.0\.0\.9\] +1 Time"), text);
        int unmatched = text.IndexOf("**Unmatched Entries**", StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", unmatched < 0 ? string.Empty : text[unmatched..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fail2bans_filter_sendmail_auth_finds_each_failed_authentication_and_its_address()
    {
        string fail2ban = MonitoringTool.Require("fail2ban-regex");
        Tool.Require("python3");
        await using var relay = new LoggingRelay("auth.allowPlaintext=true");
        await relay.AddUserAsync("joe", "secret");
        await relay.Relay.StartAsync();
        string plain = Convert.ToBase64String(Encoding.ASCII.GetBytes("\0joe\0wrong"));
        for (int i = 0; i < 2; i++)
        {
            using Conversation guesser = await Conversation.BeginAsync(relay.Relay.Port, "127.0.0.9");
            await guesser.SayAsync(null);
            await guesser.SayAsync("EHLO guesser.test");
            Assert.StartsWith("535", await guesser.SayAsync($"AUTH PLAIN {plain}"), StringComparison.Ordinal);
            await guesser.SayAsync("QUIT");
        }

        await relay.WaitForAsync("AUTH failure", 2);
        ToolResult found = await Tool.RunAsync(fail2ban, ["-o", "ip", relay.LogFile, "sendmail-auth"]);
        Assert.True(found.ExitCode == 0, found.ToString());
        Assert.Equal(["127.0.0.9", "127.0.0.9"], found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Fail2bans_filter_sendmail_reject_finds_limits_unknown_users_pregreeters_and_verifiers()
    {
        string fail2ban = MonitoringTool.Require("fail2ban-regex");
        Tool.Require("python3");
        await using var relay = new LoggingRelay("access.limitsTerminate=true", "access.blocklistRecipients=true");
        relay.Write(
            "tables/access",
            "ClientConn:127.0.0.7 1\nGreetPause:127.0.0.8 60000\nTo:nobody@example.org ERROR:5.1.1:\"550 User unknown\"\n");
        await relay.Relay.StartAsync();
        int port = relay.Relay.Port;
        using Conversation first = await Conversation.BeginAsync(port, "127.0.0.7");
        await first.SayAsync(null);
        using Conversation second = await Conversation.BeginAsync(port, "127.0.0.7");
        Assert.StartsWith("421 4.3.2", await second.SayAsync(null), StringComparison.Ordinal);

        using Conversation hasty = await Conversation.BeginAsync(port, "127.0.0.8");
        await hasty.WriteAsync("EHLO hasty.test\r\n");
        await hasty.SayAsync(null);

        using Conversation guesser = await Conversation.BeginAsync(port, "127.0.0.9");
        await guesser.SayAsync(null);
        await guesser.SayAsync("EHLO guesser.test");
        await guesser.SayAsync("VRFY root");
        await guesser.SayAsync("MAIL FROM:<a@example.com>");
        Assert.Equal("550 5.1.1 <nobody@example.org>... User unknown", await guesser.SayAsync("RCPT TO:<nobody@example.org>"));

        await relay.WaitForAsync("reject=421 4.3.2 Too many open connections.");
        await relay.WaitForAsync("due to pre-greeting traffic");
        await relay.WaitForAsync("[rejected]");
        await relay.WaitForAsync("ruleset=check_rcpt");
        ToolResult found = await Tool.RunAsync(fail2ban, ["-o", "ip", relay.LogFile, "sendmail-reject"]);
        Assert.True(found.ExitCode == 0, found + relay.Log());
        Assert.Equal(
            ["127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.9"],
            found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Logrotate_turns_the_file_over_with_the_shipped_rules_and_no_line_is_lost()
    {
        string logrotate = MonitoringTool.Require("logrotate");
        Assert.SkipUnless(Tool.IsRoot, "logrotate's su needs root");
        await using var relay = new LoggingRelay();
        await relay.Relay.StartAsync();
        string rules = await File.ReadAllTextAsync(Path.Combine(Tool.Repository, "packaging/logrotate/relay"));
        Assert.Contains("systemctl kill --kill-whom=main --signal=USR1 relay.service", rules, StringComparison.Ordinal);
        string configuration = relay.Write("logrotate.conf", rules
            .Replace("/var/log/relay/*log", relay.LogFile, StringComparison.Ordinal)
            .Replace("su relay relay", "su root root", StringComparison.Ordinal)
            .Replace(
                "systemctl kill --kill-whom=main --signal=USR1 relay.service", $"kill -USR1 {relay.Relay.Program.Id}",
                StringComparison.Ordinal));
        string before = await relay.SendAsync("a@example.com", "b@example.org");
        await relay.WaitForAsync("stat=Sent");

        ToolResult rotated = await Tool.RunAsync(
            logrotate, ["--force", "--state", relay.PathOf("logrotate.state"), configuration]);
        Assert.True(rotated.ExitCode == 0, rotated.ToString());
        string after = await relay.SendAsync("a@example.com", "c@example.org");
        await relay.WaitForAsync($"{after}: to=<c@example.org>");

        string older = await File.ReadAllTextAsync(relay.LogFile + ".1");
        Assert.Contains($"{before}: to=<b@example.org>", older, StringComparison.Ordinal);
        Assert.Contains($"{after}: from=<a@example.com>", older + relay.Log(), StringComparison.Ordinal);
    }

    private static async Task<string> ReportAsync(string logwatch, LoggingRelay relay)
    {
        ToolResult report = await Tool.RunAsync(logwatch, [
            "--service", "sendmail", "--range", "all", "--detail", "10", "--output", "stdout", "--format", "text",
            "--logdir", relay.LogFolder]);
        Assert.True(report.ExitCode == 0, report.ToString());
        return report.Output;
    }
}
