using Relay.Host.Sendmail;
using Relay.Host.Tests.Import;

namespace Relay.Host.Tests.Sendmail;

public class DaemonCommandTests
{
    [Theory]
    [InlineData("-q30m", "retry.interval=1800s")]
    [InlineData("-q1h30m", "retry.interval=5400s")]
    [InlineData("-OPidFile=/run/x.pid", "pidFile=/run/x.pid")]
    public void What_the_old_command_line_says_is_set(string option, string setting)
    {
        using var error = new StringWriter();
        SendmailArguments arguments = SendmailArgumentsReader.Read("sendmail", ["-bd", option], error)!;
        string[] serve = DaemonCommand.ServeArguments(arguments, "/etc/relay/relay.json");
        Assert.Equal(["serve", "--config", "/etc/relay/relay.json", "--set", setting, "--started-as"], serve[..^1]);
    }

    /// <summary>"sendmail -bd" without -q does not run the queue there; here its messages are always retried.</summary>
    [Fact]
    public void Without_an_interval_the_configurations_own_counts()
    {
        using var error = new StringWriter();
        SendmailArguments arguments = SendmailArgumentsReader.Read("sendmail", ["-bd"], error)!;
        Assert.DoesNotContain("--set", DaemonCommand.ServeArguments(arguments, "x"));
    }

    [Fact]
    public void Without_bd_there_are_no_listeners()
    {
        using var error = new StringWriter();
        string[] Serve(params string[] words) =>
            DaemonCommand.ServeArguments(SendmailArgumentsReader.Read("sendmail", words, error)!, "x");
        Assert.Contains("none", Serve("-q30m"));
        Assert.DoesNotContain("--listen", Serve("-bd", "-q30m"));
    }

    [Theory]
    [InlineData("relay.json", "{}", true)]
    [InlineData("sendmail.cf", "// Written by relay import from sendmail.mc.\n{}", true)]
    [InlineData("sendmail.cf", "{}", true)]
    [InlineData("sendmail.cf", "# sendmail.cf\nV10/Berkeley\n", false)]
    [InlineData("submit.cf", "", false)]
    public void A_cf_file_of_sendmails_own_says_nothing_and_an_imported_one_does(string name, string text, bool isOurs)
    {
        using var fixture = new ImportFixture();
        File.WriteAllText(fixture.PathOf(name), text);
        Assert.Equal(isOurs, CommandSettings.IsOurs(fixture.PathOf(name)));
        Assert.False(CommandSettings.IsOurs(fixture.PathOf("nosuch.cf")));
        Assert.False(CommandSettings.IsOurs(null));
    }
}
