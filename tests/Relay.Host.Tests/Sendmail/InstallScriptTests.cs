using Relay.Testing;

namespace Relay.Host.Tests.Sendmail;

/// <summary>install.sh below a folder of its own, with a program that is none.</summary>
public sealed class InstallScriptTests : IAsyncDisposable
{
    private const string Manifest = "usr/local/lib/relay/.installed";

    private readonly SendmailWorld _world = new("smtp:[127.0.0.1]:9");

    public InstallScriptTests()
    {
        Directory.CreateDirectory(_world.PathOf("published"));
        _world.Write("published/relay", "#!/bin/sh\necho relay\n");
        File.SetUnixFileMode(_world.PathOf("published/relay"), (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(_world.PathOf("root/usr/sbin"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task By_itself_it_links_the_old_names_below_the_prefix_and_takes_them_away_again()
    {
        await InstallAsync(0);
        string[] links =
        [
            "usr/local/bin/mailq", "usr/local/bin/newaliases", "usr/local/bin/relay", "usr/local/sbin/hoststat",
            "usr/local/sbin/makemap", "usr/local/sbin/purgestat", "usr/local/sbin/sendmail",
        ];
        Assert.All(links, l => Assert.Equal("/usr/local/lib/relay/relay", new FileInfo(InRoot(l)).LinkTarget));
        Assert.True(File.Exists(InRoot("usr/local/lib/relay/compat/m4")));
        Assert.True(File.Exists(InRoot("etc/relay/relay.json")));
        Assert.Equal((UnixFileMode)0b011_111_011_011, File.GetUnixFileMode(InRoot("var/spool/relay/drop")));

        await InstallAsync(0, "--uninstall");
        Assert.All(links, l => Assert.Null(new FileInfo(InRoot(l)).LinkTarget));
        Assert.False(Directory.Exists(InRoot("usr/local/lib/relay")));
        Assert.True(File.Exists(InRoot("etc/relay/relay.json"))); // the administrator's
    }

    [Fact]
    public async Task Its_configuration_is_one_that_the_program_takes_and_is_never_overwritten()
    {
        await InstallAsync(0);
        string text = (await File.ReadAllTextAsync(InRoot("etc/relay/relay.json")))
            .Replace("\"/etc/relay", $"\"{InRoot("etc/relay")}", StringComparison.Ordinal);
        _world.Write("installed.json", text);
        CommandResult check = await _world.RunAsync("relay", "check", "--config", _world.PathOf("installed.json"));
        Assert.True(check.ExitCode == 0, check.Error);

        await File.WriteAllTextAsync(InRoot("etc/relay/relay.json"), "mine");
        await InstallAsync(0);
        Assert.Equal("mine", await File.ReadAllTextAsync(InRoot("etc/relay/relay.json")));
    }

    [Fact]
    public async Task Another_mail_server_keeps_its_names_unless_asked()
    {
        _world.Write("root/usr/sbin/sendmail", "postfix");
        CommandResult said = await InstallAsync(0);
        Assert.Contains("/usr/sbin/sendmail belongs to another mail server", said.Output, StringComparison.Ordinal);
        Assert.False(Path.Exists(InRoot("usr/local/sbin/sendmail")));
        Assert.Equal("postfix", await File.ReadAllTextAsync(InRoot("usr/sbin/sendmail")));
        Assert.False(Path.Exists(InRoot("usr/bin/mailq")));
    }

    [Fact]
    public async Task Asked_for_the_systems_names_it_sets_the_other_server_aside_and_brings_it_back()
    {
        _world.Write("root/usr/sbin/sendmail", "postfix");
        for (int i = 0; i < 2; i++)
        {
            await InstallAsync(0, "--links", "system"); // twice does what once does
        }

        Assert.Equal("/usr/local/lib/relay/relay", new FileInfo(InRoot("usr/lib/sendmail")).LinkTarget);
        Assert.Equal("/usr/local/lib/relay/relay", new FileInfo(InRoot("usr/sbin/sendmail")).LinkTarget);
        Assert.Equal("postfix", await File.ReadAllTextAsync(InRoot("usr/sbin/sendmail.before-relay")));
        string[] manifest = await File.ReadAllLinesAsync(InRoot(Manifest));
        Assert.Equal(manifest.Distinct(), manifest);

        await InstallAsync(0, "--uninstall");
        Assert.Equal("postfix", await File.ReadAllTextAsync(InRoot("usr/sbin/sendmail")));
        Assert.False(Path.Exists(InRoot("usr/bin/mailq")));
    }

    [Fact]
    public async Task A_name_that_was_taken_over_by_somebody_else_meanwhile_stays_his()
    {
        await InstallAsync(0);
        File.Delete(InRoot("usr/local/sbin/sendmail"));
        _world.Write("root/usr/local/sbin/sendmail", "his");
        await InstallAsync(0, "--uninstall");
        Assert.Equal("his", await File.ReadAllTextAsync(InRoot("usr/local/sbin/sendmail")));
    }

    [Theory]
    [InlineData(64, "unknown option --nonsense", "--nonsense")]
    [InlineData(64, "--links everywhere: expected auto", "--links", "everywhere")]
    [InlineData(64, "expected an absolute path", "--prefix", "here")]
    [InlineData(64, "--prefix needs a value", "--prefix")]
    [InlineData(1, "nothing was installed there", "--uninstall", "--prefix", "/opt/nosuch")]
    [InlineData(1, "expected the published program", "--from", "/nonexistent")]
    public async Task What_is_wrong_is_said(int code, string message, params string[] arguments) =>
        Assert.Contains(message, (await InstallAsync(code, arguments)).Error, StringComparison.Ordinal);

    private string InRoot(string path) => _world.PathOf($"root/{path}");

    private async Task<CommandResult> InstallAsync(int expected, params string[] arguments)
    {
        CommandResult result = await _world.ExecuteAsync(
            string.Empty,
            [
                Path.Combine(Repository.Root, "install.sh"), "--destdir", _world.PathOf("root"),
                "--from", _world.PathOf("published"), .. arguments,
            ]);
        Assert.True(result.ExitCode == expected, $"{result.ExitCode}: {result.Error}{result.Output}");
        return result;
    }
}
