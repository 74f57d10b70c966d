using System.Text;
using Relay.Logging.Outputs;
using Relay.Testing;

namespace Relay.Logging.Tests;

/// <summary>Where lines go: files that rotate, a file that stays bounded.</summary>
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

    private static void Write(MailLog log, string text) =>
        log.Write(new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.ASCII.GetBytes(text) });
}
