using Relay.Host.Commands;
using Relay.Host.Import;
using Relay.Host.Options;
using Relay.Host.Tests.Options;
using Relay.Testing;

namespace Relay.Host.Tests.Import;

/// <summary>What the import's tables name exists, and docs/migration.md says what they say.</summary>
public sealed class MigrationTests
{
    private const string Begin = "<!-- mapping: written from the code, see MigrationTests -->\n";
    private const string End = "<!-- end of mapping -->\n";

    private static IEnumerable<(string Name, Fate Fate)> Fates =>
    [
        .. SendmailOptions.All.Select(static o => (o.Define, o.Fate)),
        .. SendmailFeatures.All.Select(static f => (f.Name, f.Fate)),
        .. SendmailMacros.All.Select(static m => (m.Name, m.Fate)),
    ];

    [Fact]
    public void Every_key_that_is_mapped_to_is_an_option_of_the_relay()
    {
        ImportFixture.NeedsRules();
        string[] unknown =
        [
            .. Fates.SelectMany(static f => f.Fate.Keys.Select(k => (f.Name, Key: k)))
                .Where(static f => OptionRegistry.Find(f.Key) is null)
                .Select(static f => $"{f.Name} -> {f.Key}"),
        ];
        Assert.Empty(unknown);
    }

    [Fact]
    public void Everything_that_is_not_carried_over_says_why() =>
        Assert.All(
            Fates,
            static f => Assert.True(f.Fate is Fate.Carried or Fate.Special || f.Fate.Text.Length > 3, f.Name));

    [Fact]
    public void Names_are_given_once()
    {
        Assert.Equal(SendmailFeatures.All.Count, SendmailFeatures.All.Select(static f => f.Name).Distinct().Count());
        Assert.Equal(SendmailOptions.All.Count, SendmailOptions.All.Select(static o => o.Define).Distinct().Count());
    }

    [Fact]
    public void The_page_on_migration_is_what_the_code_says() => GeneratedPart.Check(
        Path.Combine(Repository.Root, "docs", "migration.md"), Begin, End, "\n" + MigrationDocument.Write() + "\n");

    [Fact]
    public void Migrate_tags_an_access_table_in_place_and_keeps_the_old_one()
    {
        using var fixture = new ImportFixture();
        string path = fixture.PathOf("access");
        File.WriteAllText(path, "# comment\nexample.org RELAY\n192.0.2 OK\nTo:a.example RELAY\n");
        Assert.Equal(ExitCode.Ok, fixture.Run(MigrateCommand.Create(), "--tag", path));
        string tagged = fixture.Output;
        Assert.Contains("To:example.org RELAY\n", tagged, StringComparison.Ordinal);
        Assert.Contains("2 keys had no tag", fixture.Error, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Ok, fixture.Run(MigrateCommand.Create(), "--tag", "--in-place", path));
        Assert.Equal(tagged, File.ReadAllText(path));
        Assert.Contains("\nexample.org RELAY\n", File.ReadAllText(path + ".bak"), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, fixture.Run(MigrateCommand.Create(), "--tag", "--in-place", path));
        Assert.Contains("every key has its tag", fixture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Migrate_without_a_file_takes_access_of_the_tables_directory()
    {
        using var fixture = new ImportFixture();
        string path = fixture.PathOf("access");
        File.WriteAllText(path, "192.0.2 OK\n");
        Assert.Equal(
            ExitCode.Ok,
            fixture.Run(MigrateCommand.Create(), "--tag", "--tables", Path.GetDirectoryName(path)!));
        Assert.Equal("Connect:192.0.2 OK\n", fixture.Output);
        Assert.Equal(ExitCode.NoInput, fixture.Run(MigrateCommand.Create(), "--tag", path + "s"));
    }
}
