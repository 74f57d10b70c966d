using Relay.Testing;

namespace Relay.Host.Tests.Sendmail;

/// <summary>
/// "Updating configuration with make" of "Sendmail relay configuration on AIX", and the other how-tos' makemap.
/// </summary>
public class MakefileTests
{
    private const string Leading = "        ";

    [Fact]
    public async Task The_articles_makefile_makes_every_file_that_it_names_and_then_has_nothing_to_do()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/make"), "make is not installed (tests/run.sh installs it as root)");
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        string mail = world.PathOf("mail");
        Directory.CreateDirectory(mail);
        foreach (string table in (string[])["access", "aliases", "domaintable", "mailertable", "virtusertable"])
        {
            world.Write($"mail/{table}", table == "aliases" ? "root: marc,\n  paul\n" : $"{table}.example  value\n");
        }

        File.Copy(
            Path.Combine(Repository.Root, "tests", "Relay.Host.Tests", "Import", "Assets", "aix-relay.mc"),
            world.PathOf("mail/sendmail.mc"));
        File.CreateSymbolicLink(
            world.PathOf("bin/m4"), Path.Combine(Repository.Root, "packaging", "m4"));

        // The page lost the tabs; its paths are the test's own.
        string makefile = TranscriptNormaliser.Asset("Makefile.txt")
            .Replace("\n" + Leading, "\n\t", StringComparison.Ordinal)
            .Replace("/etc/mail", mail, StringComparison.Ordinal);
        world.Write("mail/Makefile", makefile);

        CommandResult made = await world.ShellAsync($"cd {mail} && make");
        Assert.True(made.ExitCode == 0, made.Error);
        string[] expected =
        [
            .. ((string[])["access", "aliases", "domaintable", "mailertable", "virtusertable"])
                .SelectMany(static t => (string[])[t, $"{t}.db", $"{t}.dir", $"{t}.pag"]),
            "Makefile", "sendmail.cf", "sendmail.mc",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), FilesIn(mail));
        Assert.Contains("nothing to be done", (await world.ShellAsync($"cd {mail} && make")).Output.ToLowerInvariant(),
            StringComparison.Ordinal);

        // One changed table makes its own files again, and no others.
        File.SetLastWriteTimeUtc(world.PathOf("mail/access"), DateTime.UtcNow.AddMinutes(1));
        CommandResult again = await world.ShellAsync($"cd {mail} && make");
        Assert.Contains($"makemap hash {mail}/access <{mail}/access", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("mailertable", again.Output, StringComparison.Ordinal);

        // What its m4 step wrote is a configuration that the program takes.
        string imported = await File.ReadAllTextAsync(world.PathOf("mail/sendmail.cf"));
        Assert.Contains("greetPause", imported, StringComparison.OrdinalIgnoreCase);
        CommandResult check = await world.RunAsync("sendmail", "-bC", "-C", $"{mail}/sendmail.cf");
        Assert.DoesNotContain("the configuration has", check.Error + check.Output, StringComparison.Ordinal);
        Assert.Contains(
            "unknown key", (await CheckAsync(world, "{ \"nosuch\": 1 }")).Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// "makemap hash /etc/mail/access &lt; /etc/mail/access" and "#makemap hash /etc/mail/access.db &lt; …".
    /// </summary>
    [Theory]
    [InlineData("access")]
    [InlineData("access.db")]
    [InlineData("virtusertable.db")]
    public async Task The_how_tos_makemap_makes_one_file_and_never_access_db_db(string name)
    {
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        Directory.CreateDirectory(world.PathOf("mail"));
        string table = Path.GetFileNameWithoutExtension(name);
        world.Write($"mail/{table}", "localhost.localdomain RELAY\n192.168.2 RELAY\n");
        for (int i = 0; i < 2; i++)
        {
            CommandResult made = await world.ShellAsync(
                $"makemap hash {world.PathOf($"mail/{name}")} < {world.PathOf($"mail/{table}")}");
            Assert.Equal(new CommandResult(0, string.Empty, string.Empty), made);
            Assert.Equal([table, $"{table}.db"], FilesIn(world.PathOf("mail")));
        }
    }

    [Fact]
    public async Task M4_of_anything_else_is_the_real_m4()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/m4"), "m4 is not installed (tests/run.sh installs it as root)");
        await using var world = new SendmailWorld("smtp:[127.0.0.1]:9");
        world.Write("x.m4", "define(`a', `b')a");
        string shim = Path.Combine(Repository.Root, "packaging", "m4");
        Assert.Equal("b", (await world.ShellAsync($"{shim} {world.PathOf("x.m4")}")).Output.Trim());
    }

    private static Task<CommandResult> CheckAsync(SendmailWorld world, string configuration)
    {
        world.Write("wrong.cf", configuration);
        return world.RunAsync("sendmail", "-bC", "-C", world.PathOf("wrong.cf"));
    }

    private static string[] FilesIn(string folder) =>
        [.. Directory.GetFiles(folder).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
