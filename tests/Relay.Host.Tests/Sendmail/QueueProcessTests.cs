using System.Text.Json;
using Relay.Testing;

namespace Relay.Host.Tests.Sendmail;

/// <summary>The commands that administrators of the how-tos type, with the real program on both ends.</summary>
public class QueueProcessTests
{
    private const string Mail = "To: martin.zahn@plenaxx.ch\nSubject: x\n\nx\n";

    /// <summary>
    /// "See the queue: sendmail -bp", "mailq"; "Watch while Sendmail processes the mail queue: sendmail -q -v".
    /// </summary>
    [Fact]
    public async Task Mailq_lists_deferred_mail_and_q_v_runs_the_queue_and_shows_each_delivery()
    {
        bool refuses = true;
        await using var exchanger = new ScriptedMailExchanger(
            line => refuses && line.StartsWith("MAIL", StringComparison.Ordinal) ? "450 4.7.1 try later" : null);
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await world.StartAsync();
        Assert.Contains("is empty\n\t\tQueue Empty", (await world.RunAsync("mailq")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "Deferred: try later",
            (await world.PipeAsync(Mail, "sendmail", "-t", "-v")).Output,
            StringComparison.Ordinal);

        foreach (CommandResult list in (CommandResult[])
            [await world.RunAsync("mailq"), await world.RunAsync("sendmail", "-bp")])
        {
            Assert.Equal(0, list.ExitCode);
            Assert.Contains($"\t\t{world.PathOf("queue")} (1 request)", list.Lines[0], StringComparison.Ordinal);
            Assert.Contains("<root@ux-mail1.arkum.ch>", list.Lines[2], StringComparison.Ordinal);
            Assert.Contains("(Deferred: try later)", list.Output, StringComparison.Ordinal);
            Assert.Contains("\t\tQueued: 0, Deferred: 1, Held: 0, Delivered: 0", list.Lines);
        }

        Assert.EndsWith(": entries=1\n", (await world.RunAsync("mailq", "-bP")).Output, StringComparison.Ordinal);
        Assert.Equal("\t\tTotal requests: 0", (await world.RunAsync("mailq", "-qRnosuch")).Lines[^1]);
        using JsonDocument json = JsonDocument.Parse((await world.RunAsync("mailq", "--json", "-qRplenaxx")).Lines[1]);
        string id = json.RootElement.GetProperty("id").GetString()!;

        refuses = false;
        CommandResult run = await world.RunAsync("sendmail", "-q", "-v");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"Running {id} (sequence 1 of 1)", run.Lines);
        Assert.Contains("martin.zahn@plenaxx.ch... Connecting to [127.0.0.1]", run.Output, StringComparison.Ordinal);
        Assert.Contains(">>> MAIL FROM:<root@ux-mail1.arkum.ch>", run.Output, StringComparison.Ordinal);
        Assert.Contains("martin.zahn@plenaxx.ch... Sent (", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Queue Empty, Delivered: 1", (await world.RunAsync("mailq")).Output, StringComparison.Ordinal);
    }

    /// <summary>"startsrc -s sendmail -a "-bd -q30m"", "kill -HUP", "stopsrc -s sendmail".</summary>
    [Fact]
    public async Task Bd_runs_in_the_background_with_a_pid_file_of_two_lines_that_kill_hup_works_with()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9", ", \"log\": { \"format\": \"text\" }");
        string pidFile = world.PathOf("elsewhere.pid");

        CommandResult started = await world.RunAsync("sendmail", "-bd", "-q30m", $"-OPidFile={pidFile}");
        Assert.True(started.ExitCode == 0, started.Error);
        string[] lines = await File.ReadAllLinesAsync(pidFile);
        Assert.Equal(2, lines.Length);
        Assert.Equal($"{world.PathOf("bin/sendmail")} -bd -q30m -OPidFile={pidFile}", lines[1]);
        string process = $"/proc/{lines[0]}";
        string commandLine = await File.ReadAllTextAsync($"{process}/cmdline");
        Assert.Contains("retry.interval=1800s", commandLine, StringComparison.Ordinal);
        Assert.Equal("/dev/null", File.ResolveLinkTarget($"{process}/fd/0", false)!.FullName);
        try
        {
            Assert.Equal(0, (await world.ShellAsync($"kill -HUP $(head -1 {pidFile})")).ExitCode);
            Assert.Equal(0, (await world.RunAsync("mailq")).ExitCode); // it runs still
        }
        finally
        {
            Assert.Equal(0, (await world.ShellAsync($"kill -TERM $(head -1 {pidFile})")).ExitCode);
        }

        // Whoever inherited it may never ask for its exit status: a zombie has ended as well.
        CommandResult gone = await world.ShellAsync(
            $"while grep -q '^State:[[:space:]]*[RSDTtIKWP]' {process}/status 2>/dev/null; do sleep 0.05; done");
        Assert.Equal(0, gone.ExitCode);
        Assert.False(File.Exists(pidFile));
    }

    /// <summary>
    /// Sendmail's -q30m without -bd, as on machines that only send, runs the queue and listens nowhere. With -Ac it is
    /// the submission program's.
    /// </summary>
    [Fact]
    public async Task Q30m_without_bd_is_left_to_the_running_relay_or_starts_one_that_listens_nowhere()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        CommandResult client = await world.RunAsync("sendmail", "-Ac", "-q30m");
        Assert.Equal(0, client.ExitCode);
        Assert.Contains("takes up the drop folder by itself", client.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(world.PathOf("sendmail.pid")));

        CommandResult started = await world.RunAsync("sendmail", "-q30m");
        Assert.True(started.ExitCode == 0, started.Error);
        string id = (await File.ReadAllLinesAsync(world.PathOf("sendmail.pid")))[0];
        try
        {
            string commandLine = await File.ReadAllTextAsync($"/proc/{id}/cmdline");
            Assert.Contains("retry.interval=1800s", commandLine, StringComparison.Ordinal);
            Assert.Equal("0", (await world.ShellAsync(
                $"ls -l /proc/{id}/fd | grep -o 'socket:.[0-9]*' | tr -dc '0-9\\n' | sort >{world.Root}/own; "
                + $"awk '$4 == \"0A\" {{ print $10 }}' /proc/net/tcp /proc/net/tcp6 | sort "
                + $"| comm -12 {world.Root}/own - | wc -l")).Output.Trim());

            CommandResult second = await world.RunAsync("sendmail", "-q30m");
            Assert.Equal(0, second.ExitCode);
            Assert.Contains("the running relay runs its queue by itself", second.Error, StringComparison.Ordinal);
            Assert.Equal(0, (await world.PipeAsync(Mail, "sendmail", "-t")).ExitCode);
            await exchanger.WhenAsync(e => e.Mails.Count == 1);
            Assert.Equal(0, (await world.ShellAsync($"kill -HUP {id}")).ExitCode);
            Assert.Equal(0, (await world.RunAsync("mailq")).ExitCode);
        }
        finally
        {
            Assert.Equal(0, (await world.ShellAsync($"kill -TERM {id}")).ExitCode);
        }

        Assert.Equal(0, (await world.ShellAsync($"while kill -0 {id} 2>/dev/null; do :; done")).ExitCode);
    }

    [Fact]
    public async Task Bd_says_why_it_does_not_start_and_exits_as_serve_does()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9", ", \"nosuch\": 1");
        CommandResult result = await world.RunAsync("sendmail", "-bd");
        Assert.Equal(78, result.ExitCode);
        Assert.Contains("nosuch: unknown key", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_is_left_for_later_while_the_configuration_is_wrong()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9", ", \"nosuch\": 1");
        CommandResult result = await world.PipeAsync(Mail, "sendmail", "-t");
        Assert.Contains(result.ExitCode, (int[])[0, 75]); // the usual drop folder, if this machine has one
    }

    [Theory]
    [InlineData("mailq", "")]
    [InlineData("sendmail", "-q")]
    [InlineData("hoststat", "")]
    [InlineData("purgestat", "")]
    public async Task Without_a_relay_commands_that_need_one_exit_69(string name, string argument)
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        string[] arguments = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(69, (await world.RunAsync(name, arguments)).ExitCode);
    }

    [Fact]
    public async Task Hoststat_shows_the_next_hops_and_purgestat_lets_them_be_tried_at_once()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        await world.StartAsync();
        await world.PipeAsync(Mail, "sendmail", "-t", "-v");
        CommandResult status = await world.RunAsync("hoststat");
        Assert.StartsWith("-------------- Hostname ---------------", status.Lines[0], StringComparison.Ordinal);
        Assert.Contains("smtp:[127.0.0.1]:9", status.Output, StringComparison.Ordinal);
        Assert.Contains("Connection refused", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await world.RunAsync("purgestat")).ExitCode);
        Assert.Equal(0, (await world.RunAsync("sendmail", "-bh")).ExitCode);
    }

    /// <summary>"[root@sriram tmp]# newaliases".</summary>
    [Fact]
    public async Task Newaliases_counts_as_sendmail_does_and_names_what_is_wrong()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        world.Write("tables/aliases", "mailer-daemon: postmaster\npostmaster: root\n# no\nroot: marc,\n  paul\n");
        foreach (CommandResult result in (CommandResult[])
            [await world.RunAsync("newaliases"), await world.RunAsync("sendmail", "-bi")])
        {
            Assert.Equal(0, result.ExitCode);
            Assert.Equal(
                $"{world.PathOf("tables/aliases")}: 3 aliases, longest 10 bytes, 51 bytes total\n", result.Output);
        }

        world.Write("tables/aliases", "root marc\n");
        CommandResult wrong = await world.RunAsync("newaliases");
        Assert.Equal(65, wrong.ExitCode);
        Assert.Contains("aliases:1: ", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(66, (await world.RunAsync("newaliases", "-OAliasFile=/nonexistent/aliases")).ExitCode);
    }

    [Fact]
    public async Task Bv_says_where_mail_goes_and_67_for_an_unknown_user()
    {
        await using var world = new SendmailWorld("relay:[192.0.2.1]");
        world.Write("tables/aliases", "root: marc@a.example, paul@b.example\n");
        CommandResult verified = await world.RunAsync("sendmail", "-bv", "root", "x@y.example");
        Assert.Equal(
            [
                "root... deliverable: mailer relay, host [192.0.2.1], user marc@a.example",
                "root... deliverable: mailer relay, host [192.0.2.1], user paul@b.example",
                "x@y.example... deliverable: mailer relay, host [192.0.2.1], user x@y.example",
            ],
            verified.Lines);
        Assert.Equal(0, verified.ExitCode);
        CommandResult unknown = await world.RunAsync("sendmail", "-bv", "nosuch");
        Assert.Equal(67, unknown.ExitCode);
        Assert.Contains("nosuch... 550 5.1.1", unknown.Output, StringComparison.Ordinal);
    }

    /// <summary>"/usr/lib/sendmail -d0.12 -bt &lt; /dev/null", "-d35.9 -bt".</summary>
    [Theory]
    [InlineData("-d0.12", "(canonical domain name) $j = ux-mail1.arkum.ch")]
    [InlineData("-d0.1", "SYSTEM IDENTITY")]
    [InlineData("-d35.9", "define(j as ux-mail1.arkum.ch)")]
    public async Task Bt_with_d_prints_before_it_asks(string debug, string expected)
    {
        await using var world = new SendmailWorld("relay:[192.0.2.1]");
        CommandResult result = await world.RunAsync("sendmail", debug, "-bt");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            "ADDRESS TEST MODE (ruleset 3 NOT automatically invoked)\nEnter <ruleset> <address>\n> ",
            result.Output, StringComparison.Ordinal);
    }

    /// <summary>"sendmail -d0.1 -bv root" is how administrators ask for the version.</summary>
    [Theory]
    [InlineData("-d0.1", "Version 0.1.0\n Compiled with: ")]
    [InlineData("-d0.4", "\ncanonical name: ux-mail1.arkum.ch\n")]
    [InlineData("-d35.9", "\ndefine(j as ux-mail1.arkum.ch)\n")]
    [InlineData("-d60.1", "\nmap_lookup(mailertable, plenaxx.ch) => NOT FOUND (0)\n")]
    public async Task D_prints_in_every_mode_and_the_mode_goes_on(string debug, string expected)
    {
        await using var world = new SendmailWorld("relay:[192.0.2.1]");
        CommandResult result = await world.RunAsync("sendmail", debug, "-bv", "martin.zahn@plenaxx.ch");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, "\n" + result.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            "martin.zahn@plenaxx.ch... deliverable: mailer relay, host [192.0.2.1], user martin.zahn@plenaxx.ch\n",
            result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-bv", "martin.zahn@plenaxx.ch")]
    [InlineData("-bt")]
    [InlineData("-bp")]
    [InlineData("-t")]
    public async Task D0_101_prints_the_version_and_nothing_else_is_done(params string[] mode)
    {
        await using var world = new SendmailWorld("relay:[192.0.2.1]");
        CommandResult result = await world.RunAsync("sendmail", ["-d0.101", .. mode]);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^Version [\d.]+\n$", result.Output);
        Assert.Empty(result.Error);
    }

    /// <summary>"/usr/lib/sendmail -bp" of two messages whose connections broke.</summary>
    [Fact]
    public async Task The_queue_reads_as_the_e_mail_relay_host_article_prints_it()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        world.Write("tables/mailertable", "other.example smtp:[127.0.0.2]:9\n"); // else it waits for the first one's
        await world.StartAsync();
        await world.PipeAsync(Mail, "sendmail", "-t", "-v");
        await world.PipeAsync(Mail, "sendmail", "-v", "a@other.example");

        string ours = (await world.RunAsync("sendmail", "-bp")).Output;
        string[] seed = TranscriptNormaliser.OfSeedQueue(TranscriptNormaliser.Asset("queue.txt")).Split('\n');
        string[] printed = TranscriptNormaliser.OfOurQueue(ours).Split('\n');
        Assert.Equal(seed.Select(Shape), printed.Select(Shape));
    }

    /// <summary>Sizes, times and the reason itself are the message's own.</summary>
    private static string Shape(string line)
    {
        string[] words = line.Split(' ');
        return words[0] switch
        {
            "ID" => $"ID with {words.Length} columns of {words[^1]}",
            "(Deferred:" => words[0],
            _ => line,
        };
    }
}
