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
    public async Task What_systemd_and_logrotate_are_told_names_the_place_and_the_user()
    {
        await InstallAsync(0, "--prefix", "/opt/relay", "--user", "mta");
        string unit = await File.ReadAllTextAsync(InRoot("etc/systemd/system/relay.service"));
        Assert.Contains("\nExecStart=/opt/relay/bin/relay serve --config", unit, StringComparison.Ordinal);
        Assert.Contains("\nUser=mta\nGroup=mta\n", unit, StringComparison.Ordinal);
        Assert.Contains("file:///opt/relay/share/doc/relay/operations.md", unit, StringComparison.Ordinal);
        Assert.True(File.Exists(InRoot("etc/systemd/system/relay.socket")));
        Assert.Contains(
            "d /run/relay 0755 mta mta -", await File.ReadAllTextAsync(InRoot("etc/tmpfiles.d/relay.conf")),
            StringComparison.Ordinal);
        Assert.Contains(
            "\nu mta - ", await File.ReadAllTextAsync(InRoot("etc/sysusers.d/relay.conf")), StringComparison.Ordinal);
        Assert.Contains(
            "\tsu mta mta\n", await File.ReadAllTextAsync(InRoot("etc/logrotate.d/relay")), StringComparison.Ordinal);
        Assert.True(File.Exists(InRoot("opt/relay/lib/relay/doc/operations.md")));
    }

    [Fact]
    public async Task Uninstalled_nothing_is_left_but_configuration_and_spool()
    {
        string[] before = Tree();
        for (int i = 0; i < 2; i++)
        {
            await InstallAsync(0);
        }

        Assert.True(File.Exists(InRoot("usr/local/lib/systemd/system/relay.service")));
        await InstallAsync(0, "--uninstall");
        Assert.Equal(
            [
                "etc", "etc/relay", "etc/relay/relay.json", "etc/relay/tables", "var", "var/spool",
                "var/spool/relay", "var/spool/relay/drop", "var/spool/relay/queue",
            ],
            Tree().Except(before));
    }

    [Fact]
    public async Task Without_service_nothing_is_told_to_systemd_and_logrotate()
    {
        await InstallAsync(0, "--no-service");
        Assert.DoesNotContain(Tree(), static path => Path.GetFileName(path) is "relay.service" or "logrotate.d");
        Assert.Null(new FileInfo(InRoot("etc/logrotate.d/relay")).LinkTarget);
        Assert.False(File.Exists(InRoot("etc/logrotate.d/relay")));
    }

    [Fact]
    public async Task A_unit_that_the_administrator_changed_stays_his()
    {
        string unit = InRoot("usr/local/lib/systemd/system/relay.service");
        await InstallAsync(0);
        await File.AppendAllTextAsync(unit, "# mine\n");
        CommandResult again = await InstallAsync(0);
        Assert.Contains("relay.service was changed or is not ours, and stays", again.Output, StringComparison.Ordinal);
        CommandResult removed = await InstallAsync(0, "--uninstall");
        Assert.Contains("relay.service was changed and stays", removed.Output, StringComparison.Ordinal);
        Assert.EndsWith("# mine\n", await File.ReadAllTextAsync(unit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_an_older_version_that_nobody_changed_is_replaced()
    {
        string unit = InRoot("usr/local/lib/systemd/system/relay.service");
        await InstallAsync(0);
        string text = await File.ReadAllTextAsync(unit);
        await File.WriteAllTextAsync(unit, "old");
        await File.WriteAllTextAsync(
            InRoot("usr/local/lib/relay/service/usr/local/lib/systemd/system/relay.service"), "old");
        await InstallAsync(0);
        Assert.Equal(text, await File.ReadAllTextAsync(unit));
    }

    [Fact]
    public async Task Pages_of_the_manual_come_with_their_names_and_hide_no_other_servers()
    {
        _world.Write("root/usr/sbin/sendmail", "postfix");
        await InstallAsync(0);
        Assert.Equal("/usr/local/lib/relay/man/man8/relay.8", PageOf("man8/relay.8"));
        Assert.Equal("/usr/local/lib/relay/man/man5/relay.json.5", PageOf("man5/relay.json.5"));
        Assert.Null(PageOf("man8/sendmail.8"));
        Directory.CreateDirectory(InRoot("usr/local/share/man/man1"));
        _world.Write("root/usr/local/share/man/man1/mailq.1", "his");
        CommandResult asked = await InstallAsync(0, "--links", "system");
        Assert.Equal("/usr/local/lib/relay/man/man8/sendmail.8", PageOf("man8/sendmail.8"));
        Assert.Contains("mailq.1 is another's and stays", asked.Output, StringComparison.Ordinal);
        Assert.Equal("his", await File.ReadAllTextAsync(InRoot("usr/local/share/man/man1/mailq.1")));
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
    [InlineData(64, "expected a path of letters", "--prefix", "/opt/my relay")]
    [InlineData(64, "expected the name of a user", "--user", "a|b")]
    [InlineData(64, "--prefix needs a value", "--prefix")]
    [InlineData(1, "nothing was installed there", "--uninstall", "--prefix", "/opt/nosuch")]
    [InlineData(1, "expected the published program", "--from", "/nonexistent")]
    public async Task What_is_wrong_is_said(int code, string message, params string[] arguments) =>
        Assert.Contains(message, (await InstallAsync(code, arguments)).Error, StringComparison.Ordinal);

    private string? PageOf(string page) => new FileInfo(InRoot($"usr/local/share/man/{page}")).LinkTarget;

    private string[] Tree()
    {
        string root = InRoot(string.Empty);
        return [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];
    }

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
