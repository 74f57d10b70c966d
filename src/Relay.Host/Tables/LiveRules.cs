using Relay.Host.Options;
using Relay.Host.Running;
using Relay.Logging;
using Relay.Routing;
using Relay.Tables;
using Relay.Tables.Aliases;
using Relay.Tables.Loading;
using Relay.Throttling;

namespace Relay.Host.Tables;

/// <summary>
/// The rules in force, taken up anew when a table's file or the options change. Whoever decides takes
/// <see cref="Holder"/>'s rules once and sees the old ones or the new ones as a whole. Thread-safe.
/// </summary>
internal sealed class LiveRules : IHeartbeatHandler, IDisposable
{
    private readonly Lock _lock = new();
    private readonly IMailLog _log;
    private readonly TimeProvider _time;
    private readonly IncludeFiles _includes;
    private TableWatcher _watcher;
    private volatile TableSources _sources;

    private LiveRules(RelaySettings settings, IMailLog log, TimeProvider time, out TableLoad load)
    {
        _log = log;
        _time = time;
        _includes = new IncludeFiles(time);
        _sources = RulesOf.Sources(settings);
        _watcher = Watch(settings, out load);
        Holder = new RoutingHolder(Build(settings, load.Set));
    }

    public RoutingHolder Holder { get; }

    /// <summary>Called when the table of our own credentials has changed. Set before the first beat.</summary>
    public Action? CredentialsChanged { get; set; }

    /// <summary>
    /// Called when a table that tells where mail goes has changed, and is in force. Set before the first beat.
    /// </summary>
    public Action? RoutesChanged { get; set; }

    /// <summary>Loads everything; with errors in the load the rules are not to be used.</summary>
    public static LiveRules Start(RelaySettings settings, IMailLog log, TimeProvider time, out TableLoad load) =>
        new(settings, log, time, out load);

    /// <summary>Reads options and tables anew; they are in force once accepted.</summary>
    /// <returns>Null if the load has errors: nothing has changed.</returns>
    public PreparedRules? Prepare(RelaySettings settings, out TableLoad load)
    {
        TableWatcher watcher = Watch(settings, out load);
        if (!load.HasErrors)
        {
            return new PreparedRules(watcher, Build(settings, load.Set), RulesOf.Sources(settings));
        }

        watcher.Dispose();
        return null;
    }

    /// <summary>Puts prepared rules in force.</summary>
    public void Accept(PreparedRules rules)
    {
        lock (_lock)
        {
            _sources = rules.Sources;
            _watcher = rules.Watcher; // a check by the old one may be under way: it reports in vain
            Holder.Swap(rules.Snapshot);
        }
    }

    public void OnHeartbeat(long now) => _watcher.Check();

    public void Dispose() => _watcher.Dispose();

    private TableWatcher Watch(RelaySettings settings, out TableLoad load)
    {
        TableWatcher? watcher = null;
        watcher = TableWatcher.Start(
            RulesOf.Sources(settings), _time, later => TakeUp(watcher, later), out load);
        return watcher;
    }

    private RoutingSnapshot Build(RelaySettings settings, TableSet tables) =>
        new(RulesOf.Options(settings), tables, _includes);

    /// <summary>Files have changed while mail flows.</summary>
    private void TakeUp(TableWatcher? watcher, TableLoad load)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(watcher, _watcher))
            {
                return;
            }

            RoutingSnapshot before = Holder.Current;
            Holder.Swap(new RoutingSnapshot(before.Options, load.Set, _includes, before));
        }

        TableSources sources = _sources;
        if (load.Read.Contains(sources.AuthInfo))
        {
            CredentialsChanged?.Invoke();
        }

        if (load.Read.Contains(sources.Mailertable) || load.Read.Contains(sources.LocalHostNames.File))
        {
            RoutesChanged?.Invoke();
        }

        foreach (TableProblem problem in load.Problems)
        {
            _log.WriteDaemon(problem.ToString());
        }

        foreach (string file in load.Refused)
        {
            _log.WriteDaemon($"{file} is refused, the table before it stays in force");
        }

        foreach (string file in load.Read)
        {
            _log.WriteDaemon($"{file} is in force");
        }
    }
}
