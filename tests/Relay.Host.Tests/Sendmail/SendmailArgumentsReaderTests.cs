using Relay.Host.Sendmail;

namespace Relay.Host.Tests.Sendmail;

/// <summary>Sendmail: "Command line".</summary>
public class SendmailArgumentsReaderTests
{
    [Theory]
    [InlineData("-bd -q30m", 'd')]
    [InlineData("-bD", 'D')]
    [InlineData("-bm -t -v", 'm')]
    [InlineData("-t", 'm')]
    [InlineData("-bp", 'p')]
    [InlineData("-bP", 'P')]
    [InlineData("-bv a@b.example", 'v')]
    [InlineData("-d0.12 -bt", 't')]
    [InlineData("-bs", 's')]
    [InlineData("-bi", 'i')]
    [InlineData("-I", 'i')]
    [InlineData("-bh", 'h')]
    [InlineData("-bH", 'H')]
    [InlineData("-ba", 's')]
    [InlineData("-bC", 'C')]
    public void B_names_the_mode(string line, char mode) => Assert.Equal(mode, Read(line).Mode);

    [Theory]
    [InlineData("-q30m", 30)]
    [InlineData("-q1h30m", 90)]
    [InlineData("-q30", 30)]
    [InlineData("-qp30m", 30)]
    [InlineData("-q2d", 2880)]
    public void Q_with_a_time_is_an_interval(string line, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), Read(line).QueueRun!.Interval);

    [Theory]
    [InlineData("-q")]
    [InlineData("-qf")]
    [InlineData("-q0")]
    [InlineData("-qp")]
    [InlineData("-qGfast")]
    public void Q_without_a_time_is_one_run_now(string line)
    {
        QueueRunOption run = Read(line).QueueRun!;
        Assert.Null(run.Interval);
        Assert.Empty(run.Filters);
    }

    [Fact]
    public void Q_with_letters_filters_and_an_exclamation_mark_negates()
    {
        QueueRunOption run = Read("-qI1K7 -qRd.example -q!Sroot -qQspam").QueueRun!;
        Assert.Equal(
            [new('I', "1K7", false), new('R', "d.example", false), new('S', "root", true), new('Q', "spam", false)],
            run.Filters);
        Assert.True(run.Quarantined);
        Assert.True(Read("-qQ").QueueRun!.Quarantined);
    }

    [Theory]
    [InlineData("-qx")]
    [InlineData("-q30y")]
    [InlineData("-q!30m")]
    [InlineData("-q99999999m")]
    [InlineData("-bZ")]
    [InlineData("-bdd")]
    [InlineData("-R some")]
    [InlineData("-N never,failure")]
    [InlineData("-B 9BIT")]
    [InlineData("-A x")]
    [InlineData("-dx.y")]
    [InlineData("-d2147483647")]
    [InlineData("-O =x")]
    [InlineData("-f")]
    [InlineData("-Z")]
    public void What_is_wrong_is_said_and_nothing_is_done(string line)
    {
        using var error = new StringWriter();
        Assert.Null(SendmailArgumentsReader.Read("sendmail", line.Split(' '), error));
        Assert.StartsWith("sendmail: ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_a_message_are_taken_joined_or_apart()
    {
        SendmailArguments joined = Read("-i -t -fa@b.example -FName -Nsuccess,delay -Rhdrs -Vid+x -B8BITMIME -Ac -v");
        SendmailArguments apart = Read("-it -f a@b.example -F Name -N success,delay -R hdrs -V id+x -B 7bit -Ac -v");
        foreach (SendmailArguments read in (SendmailArguments[])[joined, apart])
        {
            Assert.True(read is { IgnoresDots: true, TakesRecipients: true, IsVerbose: true, IsSubmission: true });
            Assert.Equal("a@b.example", read.Sender);
            Assert.Equal("Name", read.FullName);
            Assert.Equal("SUCCESS,DELAY", read.Notify);
            Assert.Equal("HDRS", read.Return);
            Assert.Equal("id+2Bx", read.EnvelopeId); // xtext, RFC 3461
        }
    }

    [Theory]
    [InlineData("-f <>", "")]
    [InlineData("-f <a@b.example>", "a@b.example")]
    [InlineData("-r a@b.example", "a@b.example")]
    public void F_may_stand_in_brackets_and_r_is_its_old_name(string line, string sender) =>
        Assert.Equal(sender, Read(line).Sender);

    [Theory]
    [InlineData("-oi")]
    [InlineData("-O IgnoreDots")]
    [InlineData("-OIgnoreDots=true")]
    public void Dots_are_ignored_by_options_too(string line) => Assert.True(Read(line).IgnoresDots);

    [Fact]
    public void Operands_are_behind_the_options_and_may_begin_with_a_dash_behind_two()
    {
        Assert.Equal(["a@b.example", "-c"], Read("-t -- a@b.example -c").Operands);
        Assert.Equal(["a@b.example", "-v"], Read("-t a@b.example -v").Operands);
    }

    [Fact]
    public void D_takes_categories_ranges_and_levels()
    {
        Assert.Equal([12, 9, 0, 1, 1, 1, 0], LevelsOf("-d0.12,35.9,8-10", 0, 35, 7, 8, 9, 10, 11));
        Assert.Equal([1, 1, 0], LevelsOf("-d", 0, 99, 100));
        Assert.Equal([0, 4], LevelsOf("-d60.4 -d21.12 -d21.0", 21, 60));
    }

    [Fact]
    public void C_and_O_are_kept_for_the_mode_that_wants_them()
    {
        SendmailArguments read = Read("-C /etc/mail/submit.cf -OPidFile=/run/x.pid -O QueueDirectory=/q --json");
        Assert.Equal("/etc/mail/submit.cf", read.ConfigurationFile);
        Assert.Equal([("PidFile", "/run/x.pid"), ("QueueDirectory", "/q")], read.Options);
        Assert.True(read.Json);
    }

    [Theory]
    [InlineData("-m -n -U -x -G -E -c -s")]
    [InlineData("-odb -oem -X /tmp/log -L tag -p ESMTP:host -h 3 -eq -Mx")]
    public void What_means_nothing_here_is_taken(string line) => Assert.Equal('m', Read(line).Mode);

    [Theory]
    [InlineData("/usr/sbin/sendmail\0-bd\0", "sendmail")]
    [InlineData("mailq\0", "mailq")]
    [InlineData("./a/b/newaliases", "newaliases")]
    [InlineData("", "")]
    public void The_programs_name_is_the_last_part_of_its_first_argument(string commandLine, string name) =>
        Assert.Equal(name, ProgramName.Of(System.Text.Encoding.UTF8.GetBytes(commandLine)));

    private static int[] LevelsOf(string line, params int[] categories)
    {
        var levels = new DebugLevels(Read(line).Debug);
        return [.. categories.Select(category => levels[category])];
    }

    private static SendmailArguments Read(string line)
    {
        using var error = new StringWriter();
        SendmailArguments? read = SendmailArgumentsReader.Read("sendmail", line.Split(' '), error);
        Assert.True(read is not null, error.ToString());
        return read;
    }
}
