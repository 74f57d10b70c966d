using System.Globalization;
using Relay.Testing;

namespace Relay.EndToEnd.Tests.Seeds;

/// <summary>
/// Command lines of the how-tos that no other test types; <see cref="SeedCommandLines"/> has them all. Paths are the
/// test's own.
/// </summary>
public sealed class SeedCommandLineTests
{
    /// <summary>"touch /etc/mail/domaintable …", "chmod 644 /etc/mail/*" of the how-to on AIX.</summary>
    [Fact]
    public async Task Touched_tables_are_empty_ones_and_644_is_what_they_should_have()
    {
        await using var shell = new SeedShell();
        shell.Write("mail/access", "To:targetdomain1.com  RELAY\n");
        ToolResult done = await shell.TypeAsync(
            $"touch {shell.Mail}/domaintable\ntouch {shell.Mail}/virtusertable\ntouch {shell.Mail}/local-host-names\n"
            + $"chmod 644 {shell.Mail}/*\nrelay check");
        Assert.True(done.ExitCode == 0, done.ToString());
        Assert.Contains("1 entries of relay-domains and access", done.Output, StringComparison.Ordinal);
        Assert.Contains("0 virtual users", done.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// "cd …/m4/", "m4 cf.m4 sendmail.mc > sendmail.cf" of the how-to on AIX; "m4 … > …" of "Setting up
    /// a Sendmail Server", whose sendmail.mc includes cf.m4 as Red Hat's does; "cp … sendmail.cf.bkp" of the article on
    /// Sendmail as an SMTP client.
    /// </summary>
    [Theory]
    [InlineData("cd /usr/samples/tcpip/sendmail/m4/\nm4 cf.m4 MAIL/sendmail.mc > MAIL/sendmail.cf", "divert(0)dnl")]
    [InlineData(
        "m4 MAIL/sendmail.mc > MAIL/sendmail.cf",
        "divert(-1)dnl\ninclude(`/usr/share/sendmail-cf/m4/cf.m4')dnl\ndivert(0)dnl")]
    public async Task M4_makes_a_configuration_that_the_relay_takes_and_a_backup_of_it_is_not_read(
        string lines, string head)
    {
        await using var shell = new SeedShell();
        shell.Write("mail/sendmail.mc", $"{head}\nOSTYPE(linux)dnl\nFEATURE(`greet_pause',5000)dnl\nMAILER(smtp)dnl\n");
        ToolResult made = await shell.TypeAsync(lines.Replace("MAIL", shell.Mail, StringComparison.Ordinal));
        string configuration = await File.ReadAllTextAsync(shell.PathOf("mail/sendmail.cf"));
        Assert.True(configuration.Contains("\"greetPause\"", StringComparison.Ordinal), $"{made}\n{configuration}");
        ToolResult copied = await shell.TypeAsync(
            $"cp {shell.Mail}/sendmail.cf {shell.Mail}/sendmail.cf.bkp\necho garbage >>{shell.Mail}/sendmail.cf.bkp\n"
            + $"sendmail -bC -C {shell.Mail}/sendmail.cf");
        Assert.DoesNotContain("the configuration has", copied.Output, StringComparison.Ordinal);
    }

    /// <summary>"tail -f /var/log/maillog" of both articles that have it.</summary>
    [Fact]
    public async Task Tail_f_of_the_maillog_shows_a_message_while_it_passes()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var shell = new SeedShell($"smtp:[127.0.0.1]:{Text(exchanger.Port)}");
        await shell.StartAsync();
        await using RunningProgram tail = RunningProgram.Start("/usr/bin/tail", "-f", shell.MailLog);
        ToolResult sent = await shell.TypeAsync(
            "printf 'To: marc@example.net\\nSubject: x\\n\\nx\\n' | sendmail -t");
        Assert.True(sent.ExitCode == 0, sent.ToString());
        string line = await tail.WaitForLineAsync("stat=Sent");
        Assert.Matches(@"^\w{3} [ \d]\d [\d:]{8} \S+ sendmail\[\d+\]: \w+: to=<marc@example\.net>, ", line);
        Assert.Contains("from=<", tail.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// "echo "This is a test mail." | mail -s "SMTP Client Test" admin@example.com" of the article on an SMTP
    /// client, with Debian's mail; "mailq or sendmail -bp" shows what waits.
    /// </summary>
    [Fact]
    public async Task Mail_s_calls_sendmail_and_the_message_is_queued_while_the_smart_host_is_away_and_delivered_then()
    {
        SeedShell.Require("mail");
        bool isReady = false;
        await using var exchanger = new ScriptedMailExchanger(
            line => !Volatile.Read(ref isReady) && line.StartsWith("MAIL", StringComparison.Ordinal)
                ? "450 4.7.1 later" : null);
        await using var shell = new SeedShell($"smtp:[127.0.0.1]:{Text(exchanger.Port)}");
        const string Line = "echo \"This is a test mail.\" | mail -s \"SMTP Client Test\" admin@example.com";
        ToolResult sent = await shell.TypeAsync(Line); // before the relay is started: the drop folder has it
        Assert.True(sent is { ExitCode: 0, Output: "" }, sent.ToString());
        await shell.StartAsync();
        await Poll.UntilAsync(
            async () => (await shell.TypeAsync("mailq")).Output.Contains("Deferred: 1", StringComparison.Ordinal),
            TimeSpan.FromSeconds(90), () => $"nothing is deferred; the relay said:\n{shell.Program!.Output}");
        string queue = (await shell.TypeAsync("sendmail -bp")).Output;
        Assert.Contains("<admin@example.com>", queue, StringComparison.Ordinal);

        Volatile.Write(ref isReady, true);
        ToolResult run = await shell.TypeAsync("sendmail -q -v");
        Assert.Contains("admin@example.com... Sent (", run.Output, StringComparison.Ordinal);
        string text = SeedWorld.TextOf(Assert.Single(exchanger.Mails));
        Assert.Contains("\r\nSubject: SMTP Client Test\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nThis is a test mail.\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Queue Empty", (await shell.TypeAsync("mailq")).Output, StringComparison.Ordinal);
    }

    /// <summary>"telnet smtp.example.com 25 or nc -vz smtp.example.com 25" of the article on an SMTP client.</summary>
    [Fact]
    public async Task Telnet_and_nc_reach_the_listener()
    {
        SeedShell.Require("telnet");
        SeedShell.Require("nc");
        await using var shell = new SeedShell();
        await shell.StartAsync();
        ToolResult probe = await shell.TypeAsync($"nc -vz 127.0.0.1 {Text(shell.Port)}");
        Assert.True(probe.ExitCode == 0, probe.ToString());
        Assert.Contains("succeeded!", probe.Output, StringComparison.Ordinal);

        // What is typed stays open until the other side hangs up, as with a person.
        ToolResult talk = await shell.TypeAsync(
            $"mkfifo keys\ntelnet 127.0.0.1 {Text(shell.Port)} <keys >screen 2>&1 &\nexec 3>keys\n"
            + "printf 'QUIT\\n' >&3\nwait\ncat screen");
        Assert.Contains("Connected to 127.0.0.1.", talk.Output, StringComparison.Ordinal);
        Assert.Contains("\n220 ux-mail1.arkum.ch ESMTP", talk.Output, StringComparison.Ordinal);
        Assert.Contains("\n221 2.0.0 ux-mail1.arkum.ch closing connection", talk.Output, StringComparison.Ordinal);
    }

    /// <summary>"netstat -an | grep :25 | grep tcp" of "Setting up a Sendmail Server".</summary>
    [Theory]
    [InlineData("Port=PORT,Addr=127.0.0.1, Name=MTA", @"\b127\.0\.0\.1:PORT +0\.0\.0\.0:\* +LISTEN")]
    [InlineData("Port=PORT, Name=MTA", @"\b0\.0\.0\.0:PORT +0\.0\.0\.0:\* +LISTEN")]
    public async Task Netstat_shows_the_listener_on_loopback_alone_with_Addr_and_on_all_interfaces_without(
        string options, string expected)
    {
        SeedShell.Require("netstat");
        await using var shell = new SeedShell();
        string port = Text(shell.Port);
        options = options.Replace("PORT", port, StringComparison.Ordinal);
        shell.Write("mail/sendmail.mc", $"OSTYPE(linux)dnl\nDAEMON_OPTIONS(`{options}')dnl\nMAILER(smtp)dnl\n");
        ToolResult imported = await shell.TypeAsync($"relay import {shell.Mail}/sendmail.mc --output imported.json");
        Assert.True(imported.ExitCode == 0, imported.ToString());
        string json = await File.ReadAllTextAsync(shell.PathOf("imported.json"));
        await File.WriteAllTextAsync(
            shell.PathOf("imported.json"), json.Replace("/etc/mail", shell.Mail, StringComparison.Ordinal));
        await shell.StartAsync(
            shell.PathOf("imported.json"), $"queue.directory={shell.PathOf("queue")}", "queue.segmentSize=4M",
            $"admin.socket={shell.PathOf("admin.sock")}");
        ToolResult shown = await shell.TypeAsync($"netstat -an | grep :{port} | grep tcp");
        Assert.Matches(expected.Replace("PORT", port, StringComparison.Ordinal), shown.Output);
    }

    /// <summary>"/usr/lib/sendmail -bt", "> /mx arkum.ch" of the how-to on a relay host.</summary>
    [Fact]
    public async Task Bt_asks_the_DNS_for_mail_exchangers_with_the_program_itself()
    {
        await using var names = new SeedNames();
        names.Add("arkum.ch MX 10 ux-mail1.arkum.ch", "glue.ch MX 10 mail.glue.ch", "glue.ch MX 20 backup.glue.ch");
        await using var shell = new SeedShell(
            more: $$"""
                , "dns": { "servers": "{{names.EndPoint}}", "timeout": "60s", "hostsFile": "", "resolvConf": "" }
                """);
        ToolResult answered = await shell.TypeAsync("printf '/mx arkum.ch\\n/mx glue.ch\\n' | sendmail -bt");
        Assert.True(answered.ExitCode == 0, answered.ToString());
        Assert.Contains(
            "getmxrr(arkum.ch) returns 1 value(s):\n\tux-mail1.arkum.ch", answered.Output, StringComparison.Ordinal);
        Assert.Contains("getmxrr(glue.ch) returns 2 value(s):", answered.Output, StringComparison.Ordinal);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
