using System.Runtime.CompilerServices;
using System.Text;
using Relay.Logging.Outputs;

namespace Relay.Logging;

/// <summary>
/// The mail log on an output. A line is formatted on the caller's stack and copied into one of two buffers under a lock
/// that covers that copy only; one background thread swaps the buffers and writes. The first line after a pause goes
/// out
/// at once, under load the thread writes when a buffer is half full or after <see cref="LingerMilliseconds"/>. Lines
/// that find no room are dropped, counted, and reported in a line of their own. Thread-safe.
/// </summary>
public sealed class MailLog : IMailLog, IDisposable
{
    /// <summary>Each of the two buffers: about 5,000 lines.</summary>
    public const int DefaultBufferSize = 1 << 20;

    private const int LingerMilliseconds = 50;

    private readonly LogOutput _output;
    private readonly MailLogFormat _format;
    private readonly SyslogIdentity? _identity;
    private readonly TimeProvider _time;
    private readonly Thread _thread;

    // Everything below is guarded by _gate. A Monitor and not a Lock: the writer thread waits on it.
    private readonly object _gate = new();
    private byte[] _filling;
    private byte[] _writing;
    private int _filled;
    private long _droppedUnreported;
    private long _dropped;
    private bool _lingering;
    private bool _idle;
    private bool _stopping;
    private long _flushWanted;
    private long _flushDone;
    private bool _reopenWanted;

    /// <param name="output">Written to by the log's own thread only; not closed.</param>
    public MailLog(Stream output, MailLogFormat format, TimeProvider time, int bufferSize = DefaultBufferSize)
        : this(new StreamLogOutput(output), format, time, identity: null, bufferSize)
    {
    }

    /// <param name="output">Written to by the log's own thread only; closed at the end.</param>
    /// <param name="identity">For syslog lines; null: this machine and <c>sendmail</c>.</param>
    public MailLog(
        LogOutput output,
        MailLogFormat format,
        TimeProvider time,
        SyslogIdentity? identity,
        int bufferSize = DefaultBufferSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferSize, FieldLimits.Line);
        _output = output;
        _format = format;
        _identity = format == MailLogFormat.Sendmail || output.IsSyslogSocket
            ? identity ?? new SyslogIdentity(Environment.MachineName)
            : null;
        _time = time;
        _filling = new byte[bufferSize];
        _writing = new byte[bufferSize];
        _thread = new Thread(WriteLoop) { IsBackground = true, Name = "mail log" };
        _thread.Start();
    }

    /// <summary>Lines lost so far, because the output could not keep up or failed.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return _dropped;
            }
        }
    }

    [SkipLocalsInit]
    public void Write(scoped in MailEvent mailEvent)
    {
        Span<byte> scratch = stackalloc byte[FieldLimits.Line];
        var line = new LineWriter(scratch);
        if (_format == MailLogFormat.Sendmail && !mailEvent.Original.IsEmpty)
        {
            Prefix(ref line, mailEvent.Kind, _time.GetUtcNow());
            SendmailFormatter.FormatNotification(ref line, in mailEvent);
            Append(line.Written);
            line = new LineWriter(scratch);
        }

        Format(ref line, in mailEvent);
        Append(line.Written);
    }

    /// <summary>Begins a file anew after a rotation, before the next line. Returns at once.</summary>
    public void Reopen()
    {
        lock (_gate)
        {
            _reopenWanted = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Returns when every line written before has been given to the output, or has failed to be.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            long mine = ++_flushWanted;
            Monitor.PulseAll(_gate);
            while (_flushDone < mine && _thread.IsAlive)
            {
                Monitor.Wait(_gate, 1000);
            }
        }
    }

    /// <summary>Writes what is buffered and ends the thread. Later lines are dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        _output.Dispose();
    }

    private void Format(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Prefix(ref line, mailEvent.Kind, now);
        switch (_format)
        {
            case MailLogFormat.Json:
                JsonFormatter.Format(ref line, in mailEvent, now);
                break;
            case MailLogFormat.Sendmail:
                SendmailFormatter.Format(ref line, in mailEvent);
                break;
            default:
                TextFormatter.Format(ref line, in mailEvent, now);
                break;
        }
    }

    private void Prefix(ref LineWriter line, MailEventKind kind, DateTimeOffset now)
    {
        if (_identity is not null)
        {
            SyslogPrefix.Append(ref line, _identity, _output.IsSyslogSocket, kind, now, _time);
        }
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (line.Length > _filling.Length - _filled || _stopping)
            {
                _dropped++;
                _droppedUnreported++;
                return;
            }

            line.CopyTo(_filling.AsSpan(_filled));
            _filled += line.Length;
            if (_idle || (_lingering && _filled > _filling.Length / 2))
            {
                _idle = _lingering = false;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void WriteLoop()
    {
        while (true)
        {
            int count;
            long dropped;
            long flush;
            bool reopen;
            lock (_gate)
            {
                WaitForWork();
                if (_filled == 0 && _flushWanted == _flushDone && !_reopenWanted && _stopping)
                {
                    return;
                }

                (_filling, _writing) = (_writing, _filling);
                count = _filled;
                _filled = 0;
                dropped = _droppedUnreported;
                _droppedUnreported = 0;
                flush = _flushWanted;
                reopen = _reopenWanted;
                _reopenWanted = false;
            }

            if (reopen && _output.Reopen() is { } problem)
            {
                Report(problem);
            }

            long lost = count == 0 ? 0 : _output.Write(_writing.AsSpan(0, count));
            bool told = dropped == 0 || (lost == 0 && Report(
                $"{dropped} log lines dropped: the output could not keep up"));
            lock (_gate)
            {
                // The output is gone or full: the mail goes on, the loss is counted and told if it comes back.
                _dropped += lost;
                _droppedUnreported += lost + (told ? 0 : dropped);

                _flushDone = flush;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>
    /// Lingers once for more lines, then sleeps until there is one. Called and returns with the lock held.
    /// </summary>
    private void WaitForWork()
    {
        if (HasUrgentWork())
        {
            return;
        }

        long started = _time.GetTimestamp();
        _lingering = true;
        while (_lingering && !HasUrgentWork())
        {
            // The monitor's own time-out drives this wait; an injected clock only ends it early.
            if (!Monitor.Wait(_gate, LingerMilliseconds)
                || _time.GetElapsedTime(started).TotalMilliseconds >= LingerMilliseconds)
            {
                break;
            }
        }

        _lingering = false;
        while (_filled == 0 && !HasUrgentWork())
        {
            _idle = true;
            Monitor.Wait(_gate);
        }

        _idle = false;
    }

    private bool HasUrgentWork() =>
        _stopping || _reopenWanted || _flushWanted != _flushDone || _filled > _filling.Length / 2;

    /// <summary>A line of the log's own, past the buffers. False if it was lost.</summary>
    private bool Report(string text)
    {
        var mailEvent = new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.UTF8.GetBytes(text) };
        var line = new LineWriter(new byte[FieldLimits.Line]);
        Format(ref line, in mailEvent);
        return _output.Write(line.Written) == 0;
    }
}
