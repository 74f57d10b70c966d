using Relay.Tables.Access;
using Relay.Tables.Loading;
using Relay.Testing;
using static Relay.Tables.Tests.TestTables;

namespace Relay.Tables.Tests.Loading;

public sealed class TableWatcherTests : IDisposable
{
    private readonly TableFolder _folder = new();
    private readonly List<TableLoad> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void First_load_reads_all_tables_and_classes()
    {
        using TableWatcher watcher = Start(FileAge.Old, out TableLoad load);

        Assert.Empty(load.Problems);
        Assert.False(load.HasErrors);
        _folder.Write("access", "a.x OK\n");
        _folder.Write("mailertable", "b.x smtp:h.x\n");
        _folder.Write("virtusertable", "@c.x joe\n");
        _folder.Write("domaintable", "d.x e.x\n");
        _folder.Write("genericstable", "joe joe@e.x\n");
        _folder.Write("aliases", "joe: jim\n");
        _folder.Write("local-host-names", "c.x\n");
        _folder.Write("relay-domains", "f.x\n");
        TableSet set = TableWatcher.LoadOnce(Sources()).Set;

        Assert.Equal(
            (1, 1, 1, 1, 1, 1, 2, 1),
            (set.Access.Count, set.Mailertable.Count, set.Virtusertable.Count, set.Domaintable.Count,
                set.Genericstable.Count, set.Aliases.Count, set.LocalHostNames.Count, set.RelayDomains.Count));
    }

    [Fact]
    public void Missing_files_are_empty_tables_without_a_word()
    {
        TableLoad load = TableWatcher.LoadOnce(Sources());

        Assert.Empty(load.Problems);
        Assert.Equal(0, load.Set.Access.Count);
        Assert.True(load.Set.LocalHostNames.Contains("localhost"u8, out _));
    }

    [Fact]
    public void All_errors_of_all_files_are_told_at_once()
    {
        _folder.Write("access", "a.x ACCEPT\nb.x yes\n");
        _folder.Write("mailertable", "b.x uucp-x:h.x\n");

        TableLoad load = TableWatcher.LoadOnce(Sources());

        Assert.True(load.HasErrors);
        Assert.Equal([_folder.PathOf("access"), _folder.PathOf("mailertable")], load.Refused);
        Assert.Equal(3, load.Problems.Count);
    }

    [Fact]
    public async Task Finished_file_renamed_over_the_old_one_is_in_force_after_one_check()
    {
        string path = _folder.Write("access", "a.x OK\n");
        using TableWatcher watcher = Start(FileAge.Fresh, out _);

        string finished = _folder.Write("access.new", "a.x REJECT\n");
        File.SetLastWriteTimeUtc(finished, DateTime.UnixEpoch);
        File.Move(finished, path, overwrite: true);
        await watcher.CheckAsync();

        Assert.Equal(AccessValueKind.Reject, Value(watcher, "a.x"));
        Assert.Equal([_folder.PathOf("access")], Assert.Single(_reports).Read);
    }

    [Fact]
    public async Task File_of_same_size_and_time_renamed_over_the_old_one_is_noticed()
    {
        string path = _folder.Write("access", "a.x OK   \n");
        DateTime time = File.GetLastWriteTimeUtc(path);
        using TableWatcher watcher = Start(FileAge.Old, out _);

        File.SetLastWriteTimeUtc(_folder.Replace("access", "a.x SKIP \n"), time);
        await watcher.CheckAsync();

        Assert.Equal(1, watcher.Current.Access.Count);
        Assert.Equal(AccessValueKind.Skip, Value(watcher, "a.x"));
    }

    [Fact]
    public async Task File_rewritten_in_place_is_in_force_once_half_a_second_old()
    {
        _folder.Write("access", "a.x OK\n");
        using TableWatcher watcher = Start(FileAge.Old, out _);

        _folder.Write("access", "a.x REJECT\n");
        await watcher.CheckAsync();

        Assert.Equal(AccessValueKind.Reject, Value(watcher, "a.x"));
    }

    [Fact]
    public async Task File_being_rewritten_in_place_is_left_alone_until_it_stays_as_it_is()
    {
        string path = _folder.Write("access", "a.x OK\nb.x OK\n");
        using TableWatcher watcher = Start(FileAge.Fresh, out _);
        await watcher.CheckAsync();
        TableSet before = watcher.Current;

        await File.WriteAllTextAsync(path, "a.x REJECT\n");
        await watcher.CheckAsync();
        Assert.Same(before.Access, watcher.Current.Access);
        await File.AppendAllTextAsync(path, "b.x REJECT\n");
        await watcher.CheckAsync();
        Assert.Same(before.Access, watcher.Current.Access);
        await watcher.CheckAsync();

        Assert.Equal(AccessValueKind.Reject, Value(watcher, "a.x"));
        Assert.Equal(AccessValueKind.Reject, Value(watcher, "b.x"));
    }

    [Fact]
    public async Task Refused_table_leaves_the_old_one_in_force_and_is_told_once()
    {
        _folder.Write("access", "a.x OK\n");
        using TableWatcher watcher = Start(FileAge.Old, out _);

        _folder.Write("access", "a.x ACCEPT\n");
        _folder.Write("mailertable", "b.x smtp:h.x\n");
        await watcher.CheckAsync();
        await watcher.CheckAsync();

        Assert.Equal(AccessValueKind.Ok, Value(watcher, "a.x"));
        Assert.Equal(1, watcher.Current.Mailertable.Count);
        TableLoad load = Assert.Single(_reports);
        Assert.Equal([_folder.PathOf("access")], load.Refused);
        Assert.Equal([_folder.PathOf("mailertable")], load.Read);
        Assert.StartsWith("unknown value \"ACCEPT\"", Assert.Single(load.Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mended_table_is_taken()
    {
        _folder.Write("access", "a.x ACCEPT\n");
        using TableWatcher watcher = Start(FileAge.Old, out TableLoad load);
        Assert.True(load.HasErrors);

        _folder.Write("access", "a.x OK\n");
        await watcher.CheckAsync();

        Assert.Equal(AccessValueKind.Ok, Value(watcher, "a.x"));
    }

    [Fact]
    public async Task Removed_file_is_an_empty_table_after_two_checks_with_a_warning()
    {
        string path = _folder.Write("access", "a.x OK\n");
        using TableWatcher watcher = Start(FileAge.Old, out _);

        File.Delete(path);
        await watcher.CheckAsync();
        Assert.Equal(1, watcher.Current.Access.Count);
        await watcher.CheckAsync();

        Assert.Equal(0, watcher.Current.Access.Count);
        Assert.Equal(
            $"{path}: warning: is gone: the table is empty now", Assert.Single(_reports[^1].Problems).ToString());
    }

    [Fact]
    public async Task File_that_appears_is_in_force_once_it_stays_as_it_is()
    {
        using TableWatcher watcher = Start(FileAge.Fresh, out _);

        _folder.Write("aliases", "joe: jim\n");
        await watcher.CheckAsync();
        Assert.Equal(0, watcher.Current.Aliases.Count);
        await watcher.CheckAsync();

        Assert.Equal(1, watcher.Current.Aliases.Count);
    }

    [Fact]
    public async Task Touched_file_changes_nothing_and_is_not_told()
    {
        string path = _folder.Write("access", "a.x OK\n");
        using TableWatcher watcher = Start(FileAge.Old, out _);
        AccessTable before = watcher.Current.Access;

        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        await watcher.CheckAsync();
        await watcher.CheckAsync();

        Assert.Same(before, watcher.Current.Access);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Reload_reads_everything_and_tells_all_problems_again()
    {
        _folder.Write("access", "a.x OK OK\n");
        using TableWatcher watcher = Start(FileAge.Old, out TableLoad first);

        TableLoad load = await watcher.ReloadAsync();

        Assert.Single(first.Problems);
        Assert.Single(load.Problems);
        Assert.Equal([_folder.PathOf("access")], load.Read);
    }

    [Fact]
    public async Task Check_reads_on_another_thread_and_reports_there()
    {
        var reported = new TaskCompletionSource<TableLoad>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = TableWatcher.Start(Sources(), Clock(FileAge.Old), reported.SetResult, out _);

        _folder.Write("access", "a.x REJECT\n");
        watcher.Check();
        TableLoad load = await reported.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Same(load.Set, watcher.Current);
        Assert.Equal(AccessValueKind.Reject, Value(watcher, "a.x"));
    }

    [Fact]
    public async Task Whole_set_is_swapped_while_others_read_it()
    {
        _folder.Write("access", Version(0));
        using TableWatcher watcher = Start(FileAge.Old, out _);
        using var stop = new CancellationTokenSource();
        Task<int> reader = Task.Run(() =>
        {
            int torn = 0;
            while (!stop.IsCancellationRequested)
            {
                TableSet set = watcher.Current;
                torn += Text(set, "a.x") == Text(set, "b.x") ? 0 : 1;
            }

            return torn;
        });

        for (int version = 1; version <= 50; version++)
        {
            _folder.Replace("access", Version(version));
            await watcher.CheckAsync();
            Assert.Equal($"550 {version}", Text(watcher.Current, "b.x"));
        }

        await stop.CancelAsync();
        Assert.Equal(0, await reader);

        static string Version(int version) => $"a.x 550 {version}\nb.x 550 {version}\n";

        static string Text(TableSet set, string name)
        {
            set.Access.FindName(AccessTag.From, Octets(name), exact: true, out AccessHit hit);
            return Show(hit.Entry.Value);
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, "the file is writable for its group; chmod g-w, or allow it with "
        + "GroupWritableFile")]
    [InlineData(UnixFileMode.OtherWrite, "the file is writable for everybody; chmod o-w, or allow it with "
        + "WorldWritableFile")]
    public async Task File_that_others_can_write_is_refused_or_with_the_option_warned_of(
        UnixFileMode mode, string expected)
    {
        string path = _folder.Write("access", "a.x OK\n");
        using TableWatcher watcher = Start(FileAge.Old, out _);

        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | mode);
        await watcher.CheckAsync();

        Assert.Equal($"{path}: error: {expected}", Assert.Single(_reports[^1].Problems).ToString());
        Assert.Equal(1, watcher.Current.Access.Count);
        TableLoad allowed = TableWatcher.LoadOnce(Sources() with
        {
            DontBlameSendmail = DontBlameSendmail.GroupWritableFile | DontBlameSendmail.WorldWritableFile,
        });
        Assert.False(allowed.HasErrors);
        Assert.Equal(TableSeverity.Warning, Assert.Single(allowed.Problems).Severity);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, DontBlameSendmail.GroupWritableDirPath)]
    [InlineData(UnixFileMode.OtherWrite, DontBlameSendmail.WorldWritableDirPath)]
    public void Directory_that_others_can_write_refuses_its_files(UnixFileMode mode, DontBlameSendmail option)
    {
        _folder.Write("access", "a.x OK\n");
        File.SetUnixFileMode(_folder.Root, File.GetUnixFileMode(_folder.Root) | mode);

        TableLoad load = TableWatcher.LoadOnce(Sources());

        Assert.Equal([_folder.PathOf("access")], load.Refused);
        Assert.Contains(
            $"the directory {_folder.Root} is writable for ", load.Problems[0].Text, StringComparison.Ordinal);
        Assert.False(TableWatcher.LoadOnce(Sources() with { DontBlameSendmail = option }).HasErrors);
        File.SetUnixFileMode(_folder.Root, File.GetUnixFileMode(_folder.Root) | UnixFileMode.StickyBit);
        Assert.Empty(TableWatcher.LoadOnce(Sources()).Problems);
    }

    [Fact]
    public void Directory_in_a_files_place_is_an_error()
    {
        Directory.CreateDirectory(_folder.PathOf("access"));

        TableLoad load = TableWatcher.LoadOnce(Sources());

        Assert.Equal("is a directory, expected a file", Assert.Single(load.Problems).Text);
    }

    private static AccessValueKind Value(TableWatcher watcher, string name)
    {
        watcher.Current.Access.FindName(AccessTag.Connect, Octets(name), exact: true, out AccessHit hit);
        return hit.Value.Kind;
    }

    /// <summary>A clock by which files written now are fresh (may not be finished) or old.</summary>
    private static ManualTimeProvider Clock(FileAge age) =>
        new(TimeProvider.System.GetUtcNow() + (age == FileAge.Old ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(-1)));

    private TableWatcher Start(FileAge age, out TableLoad load) =>
        TableWatcher.Start(Sources(), Clock(age), _reports.Add, out load);

    private TableSources Sources() => new()
    {
        Access = _folder.PathOf("access"),
        Mailertable = _folder.PathOf("mailertable"),
        Virtusertable = _folder.PathOf("virtusertable"),
        Domaintable = _folder.PathOf("domaintable"),
        Genericstable = _folder.PathOf("genericstable"),
        Aliases = [_folder.PathOf("aliases")],
        LocalHostNames = new ClassSource(["localhost"], _folder.PathOf("local-host-names")),
        RelayDomains = new ClassSource([], _folder.PathOf("relay-domains")),
    };

    private enum FileAge
    {
        Fresh,
        Old,
    }
}
