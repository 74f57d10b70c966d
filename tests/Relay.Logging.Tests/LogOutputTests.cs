using System.Net.Sockets;
using System.Text;
using Relay.Logging.Outputs;
using Relay.Testing;

namespace Relay.Logging.Tests;

/// <summary>Where lines go: files that rotate, a syslog daemon that comes and goes, a file that stays bounded.</summary>
public sealed class LogOutputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("relay-log-").FullName;
    private readonly ManualTimeProvider _time = new();

    private string File1 => Path.Combine(_directory, "maillog");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_is_appended_to_and_made_for_its_owner_and_group_alone()
    {
        File.WriteAllText(File1, "before\n");
        using (var output = new FileLogOutput(File1, _time))
        {
            Assert.Equal(0, output.Write("one\n"u8));
        }

        Assert.Equal("before\none\n", File.ReadAllText(File1));
        string made = Path.Combine(_directory, "new");
        new FileLogOutput(made, _time).Dispose();
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(made));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_was_renamed_or_removed_is_begun_anew_within_a_second_without_a_signal(bool renamed)
    {
        using var output = new FileLogOutput(File1, _time);
        output.Write("one\n"u8);
        if (renamed)
        {
            File.Move(File1, File1 + ".1");
        }
        else
        {
            File.Delete(File1);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        output.Write("two\n"u8);

        Assert.Equal("two\n", File.ReadAllText(File1));
        Assert.Equal(renamed, File.Exists(File1 + ".1") && File.ReadAllText(File1 + ".1") == "one\n");
    }

    [Fact]
    public void A_signal_begins_a_renamed_file_anew_at_once()
    {
        using var log = new MailLog(new FileLogOutput(File1, _time), MailLogFormat.Text, _time, identity: null);
        Write(log, "one");
        log.Flush();
        File.Move(File1, File1 + ".1");
        log.Reopen();
        Write(log, "two");
        log.Flush();

        Assert.Contains("one", File.ReadAllText(File1 + ".1"), StringComparison.Ordinal);
        Assert.Contains("two", File.ReadAllText(File1), StringComparison.Ordinal);
        Assert.DoesNotContain("two", File.ReadAllText(File1 + ".1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_begun_anew_goes_on_and_says_so()
    {
        using var log = new MailLog(new FileLogOutput(File1, _time), MailLogFormat.Text, _time, identity: null);
        Write(log, "one");
        log.Flush();
        File.Move(File1, File1 + ".1");
        Directory.CreateDirectory(File1);
        log.Reopen();
        Write(log, "two");
        log.Flush();

        string text = File.ReadAllText(File1 + ".1");
        Assert.Contains("cannot be opened anew", text, StringComparison.Ordinal);
        Assert.Contains("two", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_cut_goes_on_at_its_new_end()
    {
        using var output = new FileLogOutput(File1, _time);
        output.Write("one\n"u8);
        using (FileStream cut = File.Open(File1, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            cut.SetLength(0);
        }

        output.Write("two\n"u8);
        Assert.Equal("two\n", File.ReadAllText(File1));
    }

    [Fact]
    public void Syslog_gets_one_datagram_per_line_with_facility_mail_and_without_the_host()
    {
        string path = Path.Combine(_directory, "log");
        using Socket daemon = Listen(path);
        using var log = new MailLog(
            new SyslogSocketOutput(path), MailLogFormat.Sendmail, _time, new SyslogIdentity("mail.example", "sendmail", 7));
        Write(log, "one");
        log.Write(new MailEvent { Kind = MailEventKind.Accepted, QueueId = "1K3ABCDEF0000001"u8 });
        log.Flush();

        Assert.Equal("<21>Nov 20 21:48:02 sendmail[7]: one", Receive(daemon));
        Assert.Equal(
            "<22>Nov 20 21:48:02 sendmail[7]: 1K3ABCDEF0000001: from=<>, size=0, class=0, nrcpts=0", Receive(daemon));
    }

    [Fact]
    public void A_syslog_daemon_that_was_restarted_is_found_again_and_lines_in_between_are_counted()
    {
        string path = Path.Combine(_directory, "log");
        using var log = new MailLog(
            new SyslogSocketOutput(path), MailLogFormat.Sendmail, _time, new SyslogIdentity("h", "sendmail", 7));
        using (Socket first = Listen(path))
        {
            Write(log, "one");
            log.Flush();
            Assert.EndsWith(": one", Receive(first), StringComparison.Ordinal);
        }

        File.Delete(path);
        Write(log, "lost");
        log.Flush();
        Assert.Equal(1, log.Dropped);

        using Socket second = Listen(path);
        Write(log, "two");
        log.Flush();
        Assert.EndsWith(": two", Receive(second), StringComparison.Ordinal);
        Assert.EndsWith(": 1 log lines dropped: the output could not keep up", Receive(second), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bounded_file_keeps_the_latest_lines_in_two_halves()
    {
        using (var output = new BoundedFileOutput(File1, 40, _time))
        {
            for (int i = 0; i < 10; i++)
            {
                output.Write(Encoding.ASCII.GetBytes($"line {i}...\n"));
            }
        }

        Assert.Equal("line 9...\n", File.ReadAllText(File1)[^10..]);
        Assert.True(new FileInfo(File1).Length + new FileInfo(File1 + ".1").Length <= 40);
        Assert.StartsWith("line 6", File.ReadAllText(File1 + ".1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stdout", true)]
    [InlineData("syslog", true)]
    [InlineData("syslog:/run/log", true)]
    [InlineData("/var/log/maillog", true)]
    [InlineData("maillog", false)]
    [InlineData("syslog:", false)]
    [InlineData("/var/log/", false)]
    [InlineData("", false)]
    public void A_destination_is_stdout_syslog_or_a_path(string text, bool valid) =>
        Assert.Equal(valid, LogDestination.IsValid(text));

    private static void Write(MailLog log, string text) =>
        log.Write(new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.ASCII.GetBytes(text) });

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 30_000,
        };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Receive(Socket daemon)
    {
        byte[] buffer = new byte[8192];
        return Encoding.ASCII.GetString(buffer, 0, daemon.Receive(buffer));
    }
}
