namespace Relay.Tables.Loading;

/// <summary>
/// Holds the tables in force and reads them again when their files change: found by asking for each file's inode, size
/// and times, once a second from the heartbeat. A changed file is read once its last change is half a second old or it
/// has stood unchanged since the check before, so that a half-written file is not taken for a table; a file that is
/// gone counts as such at the second check. The tables are swapped in whole. Thread-safe.
/// </summary>
public sealed class TableWatcher : IDisposable
{
    /// <summary>
    /// A change younger than this may not be finished. With a check each second a change is in force after 1.5 seconds
    /// and the time of reading at the most.
    /// </summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A file changed so shortly before it was read may change again without its times telling (Linux: one tick of
    /// the kernel's clock, at most 10 ms; some file systems more). It is read once more.
    /// </summary>
    private static readonly TimeSpan RacyTime = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly Action<TableLoad> _report;
    private readonly TableLoader _loader;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, FileStamp> _pending = new(StringComparer.Ordinal);
    private readonly HashSet<string> _racy = new(StringComparer.Ordinal);
    private volatile TableSet _current;
    private int _isChecking;

    private TableWatcher(TableLoader loader, TableLoad load, TimeProvider clock, Action<TableLoad> report)
    {
        _loader = loader;
        _clock = clock;
        _report = report;
        _current = load.Set;
        NoteRacy(static _ => true);
    }

    /// <summary>The tables in force. Taken once per decision.</summary>
    public TableSet Current => _current;

    /// <summary>Loads all tables.</summary>
    /// <param name="sources">Where they are.</param>
    /// <param name="clock">Wall clock, compared with the files' times.</param>
    /// <param name="report">
    /// Called after each later load that read or refused a file, on the thread that loaded; not for the first.
    /// </param>
    /// <param name="load">The first load: with errors in it the program is not to start.</param>
    public static TableWatcher Start(
        TableSources sources, TimeProvider clock, Action<TableLoad> report, out TableLoad load)
    {
        TableLoader loader = TableLoader.Start(sources, out load);
        return new TableWatcher(loader, load, clock, report);
    }

    /// <summary>Loads all tables once, for commands that check them.</summary>
    public static TableLoad LoadOnce(TableSources sources)
    {
        TableLoader.Start(sources, out TableLoad load);
        return load;
    }

    /// <summary>
    /// To be called by each beat: asks for the files' states, and reads what has changed, on a pool thread. Returns at
    /// once; does nothing while a check is under way.
    /// </summary>
    public void Check()
    {
        if (Interlocked.Exchange(ref _isChecking, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static watcher => _ = watcher.CheckAndClearAsync(), this, preferLocal: false);
        }
    }

    /// <summary>
    /// As <see cref="Check"/>; completes when what has changed is in force. Reads on the caller's thread.
    /// </summary>
    public async Task CheckAsync()
    {
        await _turn.WaitAsync();
        try
        {
            HashSet<string> due = FindDue();
            if (due.Count > 0)
            {
                Load(due.Contains, isForced: false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reads all files now, changed or not: SIGHUP. Completes when they are in force.</summary>
    public async Task<TableLoad> ReloadAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _pending.Clear();
            return Load(static _ => true, isForced: true);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task CheckAndClearAsync()
    {
        try
        {
            await CheckAsync();
        }
        catch (Exception exception)
        {
            // A check must not end the program: the tables in force stay, and the next beat tries again.
            _report(new TableLoad(
                _current, [new TableProblem(TableSeverity.Error, "tables", 0, exception.Message)], [], []));
        }
        finally
        {
            Volatile.Write(ref _isChecking, 0);
        }
    }

    private TableLoad Load(Func<string, bool> isDue, bool isForced)
    {
        TableLoad load = _loader.Load(isDue, isForced);
        _current = load.Set;
        NoteRacy(isDue);
        if (load.Read.Count + load.Refused.Count + load.Problems.Count > 0)
        {
            _report(load);
        }

        return load;
    }

    private HashSet<string> FindDue()
    {
        var due = new HashSet<string>(StringComparer.Ordinal);
        foreach (LoadedTable table in _loader.Files)
        {
            string path = table.Path!;
            if (!FileStamp.TryOf(path, out FileStamp now, out _))
            {
                continue; // cannot be asked now: the tables in force stay
            }

            if (now == table.Stamp)
            {
                _pending.Remove(path);
                if (_racy.Contains(path))
                {
                    due.Add(path);
                }

                continue;
            }

            if (IsSettled(path, table.Stamp, now))
            {
                _pending.Remove(path);
                due.Add(path);
            }
            else
            {
                _pending[path] = now;
            }
        }

        return due;
    }

    private bool IsSettled(string path, in FileStamp before, in FileStamp now)
    {
        // Renaming a finished file into its place changes its status, not its content.
        bool isOther = !before.Exists || now.Inode != before.Inode || now.Device != before.Device;
        long changed = isOther ? now.Modified : Math.Max(now.Modified, now.Changed);
        bool isOld = now.Exists && AgeOf(changed) >= SettleTime;
        return isOld || (_pending.TryGetValue(path, out FileStamp seen) && seen == now);
    }

    private void NoteRacy(Func<string, bool> wasRead)
    {
        foreach (LoadedTable table in _loader.Files)
        {
            if (wasRead(table.Path!))
            {
                _racy.Remove(table.Path!);
                TimeSpan age = AgeOf(Math.Max(table.Stamp.Modified, table.Stamp.Changed));
                if (table.Stamp.Exists && age < RacyTime && age > -RacyTime)
                {
                    _racy.Add(table.Path!);
                }
            }
        }
    }

    /// <param name="time">Nanoseconds since 1970.</param>
    private TimeSpan AgeOf(long time)
    {
        const long NanosecondsPerTick = 100;
        long now = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks;
        return TimeSpan.FromTicks(now - (time / NanosecondsPerTick));
    }
}
