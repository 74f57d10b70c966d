using Relay.Host.Monitoring;
using Relay.Host.Options;
using Relay.Logging;
using Relay.Logging.Tracing;

namespace Relay.Host.Running;

/// <summary>
/// Everything that hears of mail events: the log, the JSON events besides, the index behind <c>relay trace</c>, the
/// counters. Thread-safe.
/// </summary>
internal sealed class LogSet : IMailLog, IDisposable
{
    private readonly MailLog _log;
    private readonly MailLog? _events;
    private readonly TraceRing? _ring;
    private readonly TraceFile? _file;
    private volatile IMailLog? _more;

    private LogSet(MailLog log, MailLog? events, TraceRing? ring, TraceFile? file)
    {
        _log = log;
        _events = events;
        _ring = ring;
        _file = file;
    }

    public EventCounters Counters { get; } = new();

    /// <summary>What <c>relay trace</c> asks; null if nothing is remembered.</summary>
    public ITraceSource? Trace => (ITraceSource?)_file ?? _ring;

    /// <summary>Lines lost so far, of all logs.</summary>
    public long Dropped => _log.Dropped + (_events?.Dropped ?? 0) + (_file?.Dropped ?? 0);

    /// <exception cref="IOException">A file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static LogSet Open(RelaySettings settings, TimeProvider time)
    {
        var identity = new SyslogIdentity(settings.Get(RelayKeys.HostName), settings.Get(LogKeys.Tag));
        MailLog? log = null;
        MailLog? events = null;
        try
        {
            log = new MailLog(
                LogDestination.Open(settings.Get(LogKeys.Output), time), settings.Get(RelayKeys.LogFormat), time, identity);
            events = settings.Get(LogKeys.Events) is { Length: > 0 } more
                ? new MailLog(LogDestination.Open(more, time), MailLogFormat.Json, time, identity)
                : null;
            TraceFile? file = settings.Get(LogKeys.TraceFile) is { Length: > 0 } path
                ? new TraceFile(path, settings.Get(LogKeys.TraceFileSize), time)
                : null;
            TraceRing? ring = settings.Get(LogKeys.TraceMemory) is var memory && memory > 0 && file is null
                ? new TraceRing(memory, time)
                : null;
            return new LogSet(log, events, ring, file);
        }
        catch
        {
            events?.Dispose();
            log?.Dispose();
            throw;
        }
    }

    /// <summary>One more that hears of what happens from now on, or null for none.</summary>
    public void Attach(IMailLog? more) => _more = more;

    public void Write(scoped in MailEvent mailEvent)
    {
        _log.Write(in mailEvent);
        Counters.Write(in mailEvent);
        _events?.Write(in mailEvent);
        _ring?.Write(in mailEvent);
        _file?.Write(in mailEvent);
        _more?.Write(in mailEvent);
    }

    /// <summary>Begins log files anew after a rotation.</summary>
    public void Reopen()
    {
        _log.Reopen();
        _events?.Reopen();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _events?.Dispose();
        _log.Dispose();
    }
}
