using System.Text;
using Relay.Host.Tests.Submission;
using Relay.Testing;

namespace Relay.Host.Tests.Sendmail;

/// <summary>Local mail by <c>sendmail</c>, with the real program on both ends.</summary>
public class SubmissionProcessTests
{
    private const string Nobody = "65534";

    private const string ToInternet =
        "To: martin.zahn@plenaxx.ch\nFrom: martin.zahn@arkum.ch\nSubject: Ein Test\n\nDies ist ein Header Test\n\n";

    [Fact]
    public async Task Mail_to_a_running_relay_is_completed_and_delivered()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await world.StartAsync();

        CommandResult sent = await world.PipeAsync(
            "Subject: cron\n\n.dotted\n.\nstill here\n", "sendmail", "-i", "-f", "batch", "admin@example.com");

        Assert.Equal(new CommandResult(0, string.Empty, string.Empty), sent);
        await exchanger.WhenAsync(e => e.Mails.Count == 1);
        ReceivedMail mail = exchanger.Mails[0];
        string text = Encoding.UTF8.GetString(mail.Wire);
        Assert.StartsWith("MAIL FROM:<batch@ux-mail1.arkum.ch>", mail.Mail, StringComparison.Ordinal);
        Assert.Contains("\r\nDate: ", text, StringComparison.Ordinal);
        Assert.Contains("\r\nMessage-ID: <", text, StringComparison.Ordinal);
        Assert.Contains("\r\nFrom: batch@ux-mail1.arkum.ch\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nTo: undisclosed-recipients:;\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n..dotted\r\n..\r\nstill here\r\n", text, StringComparison.Ordinal);
    }

    /// <summary>"Test the internet delivery: cat to_internet | /usr/lib/sendmail -bm -t -v".</summary>
    [Fact]
    public async Task Verbose_submission_shows_the_dialogue_as_how_to_setup_an_e_mail_relay_host_prints_it()
    {
        await using var exchanger = new ScriptedMailExchanger(SeedReplies);
        await using var world = new SendmailWorld($"relay:[127.0.0.1]:{exchanger.Port}");
        await world.StartAsync();

        CommandResult sent = await world.PipeAsync(ToInternet, "sendmail", "-bm", "-t", "-v");

        Assert.Equal(0, sent.ExitCode);
        string expected = TranscriptNormaliser.OfSeed(TranscriptNormaliser.Asset("internet-delivery.txt"));
        Assert.Equal(expected, TranscriptNormaliser.OfOurs(sent.Output));
    }

    /// <summary>
    /// "Test the Mail Forwarding": to the mailbox host in place of the domain, as MAIL_HUB does there.
    /// </summary>
    [Fact]
    public async Task Verbose_submission_through_the_hub_shows_the_seeds_second_dialogue()
    {
        await using var exchanger = new ScriptedMailExchanger(HubReplies);
        await using var world = new SendmailWorld(
            string.Empty,
            $$""", "routes": { "mailHub": "relay:[127.0.0.1]:{{exchanger.Port}}", "hubRewritesDomain": true }""");
        world.Write("tables/local-host-names", "arkum.ch\n");
        await world.StartAsync();

        CommandResult sent = await world.PipeAsync(
            "To: martin.zahn@arkum.ch\nFrom: root@plenaxx.ch\nSubject: Ein Test\n\nDies ist ein Header Test\n",
            "sendmail", "-bm", "-t", "-v");

        Assert.Equal(0, sent.ExitCode);
        string expected = TranscriptNormaliser.OfSeed(TranscriptNormaliser.Asset("hub-delivery.txt"));
        Assert.Equal(expected, TranscriptNormaliser.OfOurs(sent.Output));
    }

    [Fact]
    public async Task While_the_relay_is_down_mail_waits_in_the_drop_folder_and_goes_with_its_next_start()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await world.StartAsync();
        await world.StopAsync();
        var folder = new DirectoryInfo(world.PathOf("drop"));
        Assert.Equal((UnixFileMode)0b011_111_011_011, folder.UnixFileMode); // 3733

        CommandResult sent = await world.PipeAsync(ToInternet, "sendmail", "-t", "-v", "-F", "Martin Zahn");

        Assert.Equal(0, sent.ExitCode);
        Assert.Equal("martin.zahn@plenaxx.ch... queued\n", sent.Output);
        FileInfo file = Assert.Single(folder.GetFiles());
        Assert.StartsWith("msg.", file.Name, StringComparison.Ordinal);
        Assert.Contains("1 request", (await world.RunAsync("mailq", "-Ac")).Output, StringComparison.Ordinal);

        await world.StartAsync();
        await exchanger.WhenAsync(e => e.Mails.Count == 1);
        Assert.Contains(
            "To: martin.zahn@plenaxx.ch", Encoding.UTF8.GetString(exchanger.Mails[0].Wire), StringComparison.Ordinal);
        await world.Relay.WaitForLineAsync("taken up as");
        await world.StopAsync();
        Assert.Empty(folder.GetFiles());
    }

    [Fact]
    public async Task Another_user_submits_is_named_by_the_kernel_and_warned_of_when_he_names_another_sender()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await NeedsUserAsync(world);
        await world.StartAsync();
        string sendmail = world.PathOf("bin/sendmail");

        CommandResult sent = await AsNobodyAsync(world, ToInternet, sendmail, "-t", "-f", "boss@arkum.ch");
        Assert.Equal(new CommandResult(0, string.Empty, string.Empty), sent);
        await exchanger.WhenAsync(e => e.Mails.Count == 1);
        string text = Encoding.UTF8.GetString(exchanger.Mails[0].Wire);
        Assert.Contains(
            "X-Authentication-Warning: ux-mail1.arkum.ch: nobody set sender to <boss@arkum.ch> using -f\r\n",
            text, StringComparison.Ordinal);
        Assert.Contains("nobody@localhost", text, StringComparison.Ordinal);

        await world.StopAsync();
        Assert.Equal(0, (await AsNobodyAsync(world, ToInternet, sendmail, "-t")).ExitCode);
        Assert.Equal(77, (await AsNobodyAsync(world, string.Empty, world.PathOf("bin/mailq"), "-Ac")).ExitCode);
        await world.StartAsync();
        await exchanger.WhenAsync(e => e.Mails.Count == 2);
        Assert.StartsWith(
            "MAIL FROM:<nobody@ux-mail1.arkum.ch>", exchanger.Mails[1].Mail, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "X-Authentication-Warning", Encoding.UTF8.GetString(exchanger.Mails[1].Wire), StringComparison.Ordinal);
    }

    /// <summary>authwarnings of "Sendmail relay configuration on AIX", for -bs and -C.</summary>
    [Fact]
    public async Task Another_users_session_and_configuration_are_warned_of_and_also_by_way_of_the_drop_folder()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await NeedsUserAsync(world);
        await world.StartAsync();
        string sendmail = world.PathOf("bin/sendmail");
        string configuration = world.PathOf("relay.json");

        CommandResult session = await AsNobodyAsync(
            world,
            "EHLO localhost\r\nMAIL FROM:<nobody>\r\n"
                + "RCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n",
            sendmail, "-bs");
        Assert.Equal(
            ["220", "250", "250", "250", "354", "250", "221"],
            session.Lines.Where(static l => l[3] == ' ').Select(static l => l[..3]));
        await exchanger.WhenAsync(e => e.Mails.Count == 1);
        AssertWarned(exchanger.Mails[0], "nobody owned process doing -bs");

        Assert.Equal(0, (await AsNobodyAsync(world, ToInternet, sendmail, "-t", "-C", configuration)).ExitCode);
        await exchanger.WhenAsync(e => e.Mails.Count == 2);
        AssertWarned(exchanger.Mails[1], $"Processed by nobody with -C {configuration}");

        await world.StopAsync();
        Assert.Equal(0, (await AsNobodyAsync(world, ToInternet, sendmail, "-t", "-C", configuration)).ExitCode);
        await world.StartAsync();
        await exchanger.WhenAsync(e => e.Mails.Count == 3);
        AssertWarned(exchanger.Mails[2], $"Processed by nobody with -C {configuration}");
    }

    [Fact]
    public async Task A_file_that_others_may_write_or_that_has_two_names_is_not_taken_up()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await world.StartAsync();
        await world.StopAsync();
        Assert.Equal(0, (await world.PipeAsync(ToInternet, "sendmail", "-t")).ExitCode);
        FileInfo file = Assert.Single(new DirectoryInfo(world.PathOf("drop")).GetFiles());
        file.CopyTo(world.PathOf("drop/msg.open")).UnixFileMode |= UnixFileMode.OtherWrite;
        File.CreateSymbolicLink(world.PathOf("drop/msg.symbolic"), file.FullName);
        Assert.Equal(0, (await world.ShellAsync($"ln {file.FullName} {world.PathOf("other-name")}")).ExitCode);

        await world.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await world.Relay.WaitForLineAsync("taken up");
        }

        Assert.DoesNotContain("taken up as", world.Relay.Output, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(world.PathOf("drop")).Length);
        Assert.Empty(exchanger.Mails);
    }

    [Fact]
    public async Task More_recipients_than_server_recipientsMax_are_submitted_all_at_once()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld(
            $"smtp:[127.0.0.1]:{exchanger.Port}", """, "server": { "recipientsMax": 100 }""");
        await world.StartAsync();

        CommandResult sent = await world.PipeAsync(
            "Subject: x\n\nx\n", "sendmail", [.. Enumerable.Range(0, 101).Select(static i => $"u{i}@x.example")]);

        Assert.Equal(new CommandResult(0, string.Empty, string.Empty), sent);
        await exchanger.WhenAsync(e => e.Mails.Sum(static m => m.Recipients.Count) == 101);
        Assert.Equal(101, exchanger.Mails.SelectMany(static m => m.Recipients).Distinct().Count());
        Assert.Empty(Directory.GetFiles(world.PathOf("drop")));
    }

    [Fact]
    public async Task A_refusal_of_the_content_is_told_of_each_recipient()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        Directory.CreateDirectory(world.PathOf("run/relay"));
        await using var relay = new ScriptedSubmission(
            world.PathOf("run/relay/submission.sock"),
            static command => command switch
            {
                "RCPT TO:<b@x.example>" => "550 5.1.1 User unknown",
                "." => "552 5.2.3 Not with this content",
                _ => null,
            });

        CommandResult sent = await world.PipeAsync(
            "Subject: x\n\nx\n", "sendmail", "a@x.example", "b@x.example", "c@x.example");

        Assert.Equal(69, sent.ExitCode);
        Assert.Equal(
            "b@x.example... User unknown\na@x.example... Not with this content\nc@x.example... Not with this content\n",
            sent.Error);
    }

    [Theory]
    [InlineData(64, "Recipient names must be specified")]
    [InlineData(64, "No recipient addresses found in header", "-t")]
    [InlineData(64, "sendmail: illegal option -- Z", "-Z", "a@b.example")]
    [InlineData(64, "Invalid operation mode y", "-by")]
    [InlineData(64, "option requires an argument -- f", "-f")]
    [InlineData(64, "Invalid -N argument", "-N", "perhaps", "a@b.example")]
    [InlineData(67, "nosuchuser... User unknown", "nosuchuser")]
    public async Task Exit_codes_are_those_of_sysexits(int code, string said, params string[] arguments)
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        if (code != 64)
        {
            await world.StartAsync(); // a wrong command line is one without a relay, too
        }

        CommandResult result = await world.PipeAsync("Subject: x\n\nx\n", "sendmail", arguments);

        Assert.Equal(code, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_relay_and_drop_folder_mail_is_refused_for_now_with_75()
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        CommandResult result = await world.PipeAsync("Subject: x\n\nx\n", "sendmail", "a@b.example");
        Assert.Equal(75, result.ExitCode);
        Assert.Contains("the drop folder cannot be used", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_smtp_session_on_standard_input_is_a_session_with_the_relay()
    {
        await using var exchanger = new ScriptedMailExchanger();
        await using var world = new SendmailWorld($"smtp:[127.0.0.1]:{exchanger.Port}");
        await world.StartAsync();

        CommandResult session = await world.PipeAsync(
            "EHLO localhost\nMAIL FROM:<root>\nRCPT TO:<c@d.example>\nDATA\nSubject: x\n\nx\n.\nQUIT\n"
                .ReplaceLineEndings("\r\n"),
            "sendmail", "-bs");
        Assert.Equal(0, session.ExitCode);
        Assert.Equal(
            ["220", "250", "250", "250", "354", "250", "221"],
            session.Lines.Where(static l => l[3] == ' ').Select(static l => l[..3]));
        await exchanger.WhenAsync(e => e.Mails.Count == 1);
    }

    private static void AssertWarned(ReceivedMail mail, string warning)
    {
        string text = Encoding.UTF8.GetString(mail.Wire);
        Assert.Contains($"X-Authentication-Warning: ux-mail1.arkum.ch: {warning}\r\n", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("X-Authentication-Warning:").Length);
    }

    private static string? SeedReplies(int connection, string step) => step switch
    {
        ScriptedMailExchanger.Connected =>
            "220 nt-portal2.plenaxx.ch ESMTP Service (Lotus Domino Release 5.0.2c (Intl)) ready at "
            + "Sat, 4 Nov 2000 10:25:28 +0100",
        ['E', 'H', 'L', 'O', ..] =>
            "250-nt-portal2.plenaxx.ch Hello rabbit.akadia.com ([]), pleased to meet you\r\n250 SIZE",
        ['M', 'A', 'I', 'L', ..] => "250 root@rabbit.akadia.com... Sender OK",
        ['R', 'C', 'P', 'T', ..] => "250 martin.zahn@plenaxx.ch... Recipient OK",
        "DATA" => "354 Enter message, end with \".\" on a line by itself",
        ScriptedMailExchanger.EndOfData => "250 Message accepted for delivery",
        "QUIT" => "221 nt-portal2.plenaxx.ch SMTP Service closing transmission channel",
        _ => null,
    };

    private static string? HubReplies(int connection, string step) => step switch
    {
        ScriptedMailExchanger.Connected => "220 SMTP service ready",
        ['E', 'H', 'L', 'O', ..] => "250-Requested mail action okay, completed\r\n250-SIZE\r\n250 HELP",
        "DATA" => "354 Start mail input; end with <CRLF>.<CRLF>",
        "QUIT" => "221 SMTP server closing transmission channel",
        _ => "250 Requested mail action okay, completed",
    };

    private static Task<CommandResult> AsNobodyAsync(SendmailWorld world, string input, params string[] command) =>
        world.ExecuteAsync(
            input, ["/usr/bin/setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", .. command]);

    private static async Task NeedsUserAsync(SendmailWorld world)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is not installed");
        Assert.SkipUnless(Environment.UserName == "root", "only root can run a program as another user");
        CommandResult probe = await AsNobodyAsync(world, string.Empty, world.PathOf("bin/relay"), "--version");
        Assert.SkipWhen(probe.ExitCode != 0, $"another user cannot run the program here: {probe.Error}");
    }
}
