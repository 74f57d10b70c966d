using Relay.Tables.Aliases;
using Relay.Tables.Loading;
using Relay.Testing;

namespace Relay.Tables.Tests.Aliases;

/// <summary>Several files of aliases (Sendmail: op.me, AliasFile).</summary>
public sealed class AliasFilesTests : IDisposable
{
    private readonly TableFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_is_looked_up_in_one_file_after_the_other()
    {
        _folder.Write("one", "joe: first\nowner-list: chief\n");
        _folder.Write("two", "joe: second\nann: third\nlist+*: plus\n");
        AliasTable aliases = TableWatcher.LoadOnce(Sources("one", "two")).Set.Aliases;

        Assert.Equal("first", TargetOf(aliases, "joe"));
        Assert.Equal("third", TargetOf(aliases, "ann"));
        Assert.Equal("plus", TargetOf(aliases, "list+detail"));
        Assert.Equal(LookupResult.Found, aliases.FindOwner("list"u8, out _));
        Assert.Equal(LookupResult.NotFound, aliases.Find("nobody"u8, default, out _));
        Assert.Equal(5, aliases.Count);
        Assert.Equal(2, aliases.Files.Count);
    }

    [Fact]
    public void A_file_with_an_error_is_refused_and_the_others_are_read()
    {
        _folder.Write("one", "no colon\n");
        _folder.Write("two", "ann: third\n");
        TableLoad load = TableWatcher.LoadOnce(Sources("one", "two"));

        Assert.True(load.HasErrors);
        Assert.Equal(_folder.PathOf("one"), Assert.Single(load.Refused));
        Assert.Equal("third", TargetOf(load.Set.Aliases, "ann"));
    }

    [Fact]
    public async Task A_change_of_any_of_the_files_counts()
    {
        _folder.Write("one", "joe: first\n");
        _folder.Write("two", "ann: third\n");
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
        using TableWatcher watcher = TableWatcher.Start(Sources("one", "two"), clock, static _ => { }, out _);

        _folder.Replace("two", "ann: fourth\n");
        await watcher.CheckAsync();

        Assert.Equal("first", TargetOf(watcher.Current.Aliases, "joe"));
        Assert.Equal("fourth", TargetOf(watcher.Current.Aliases, "ann"));
    }

    private static string TargetOf(AliasTable aliases, string name)
    {
        Assert.Equal(LookupResult.Found, aliases.Find(TestTables.Octets(name), default, out AliasHit hit));
        return TestTables.Show(hit.Targets.Span[0].Text);
    }

    private TableSources Sources(params string[] files) =>
        new() { Aliases = [.. files.Select(file => _folder.PathOf(file))] };
}
