using System.Net;
using System.Text;
using Relay.LoadGenerator.Measurement;
using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Source;

/// <summary>One thread of the source: its event loop, its share of the sessions, and what they have measured.</summary>
internal sealed class SourceWorker : IDisposable
{
    private readonly TicketOffice _office;
    private readonly Ledger? _ledger;
    private readonly Reactor _reactor;
    private readonly List<SourceSession> _sessions = [];
    private readonly Stack<SourceSession> _idle = new();
    private readonly Queue<Ticket> _returned = new();
    private readonly StringBuilder _ledgerLines = new();
    private readonly double _nanosecondsPerTick;
    private readonly long _latencyAfter;
    private long _start;
    private long _firstIntended;
    private long _nextSweep;
    private bool _isPreparing;
    private volatile bool _abort;

    internal SourceWorker(
        SourceOptions options, SessionScript script, TicketOffice office, Ledger? ledger, TimeProvider time)
    {
        Options = options;
        Script = script;
        Time = time;
        _office = office;
        _ledger = ledger;
        _reactor = new Reactor(time);
        _nanosecondsPerTick = 1e9 / time.TimestampFrequency;
        _latencyAfter = (long)(options.LatencyAfter.TotalSeconds * time.TimestampFrequency);
        Timeline = new Timeline(time.TimestampFrequency);
    }

    internal SourceOptions Options { get; }

    internal SessionScript Script { get; }

    internal TimeProvider Time { get; }

    /// <summary>Buffers shared by the sessions of this thread; nobody keeps them beyond one call.</summary>
    internal byte[] Input { get; } = new byte[64 * 1024];

    internal OutputBuffer Output { get; } = new();

    internal SourceCounters Counters { get; } = new();

    /// <summary>From the intended start of a message to its acknowledgement.</summary>
    internal LatencyHistogram MessageLatency { get; } = new();

    /// <summary>From the end of data to the acknowledgement.</summary>
    internal LatencyHistogram AcknowledgeLatency { get; } = new();

    internal Timeline Timeline { get; }

    internal long FirstTimestamp { get; private set; }

    internal long LastTimestamp { get; private set; }

    /// <summary>The server refused EHLO.</summary>
    internal bool IsHeloOnly { get; set; }

    internal void AddSession(int number, SocketAddress address) =>
        _sessions.Add(new SourceSession(this, _reactor, number, address));

    /// <summary>Stops the run: nothing more is sent; any thread.</summary>
    internal void Abort()
    {
        _abort = true;
        _reactor.Wake();
    }

    /// <summary>Makes the loop look at the ticket office again; any thread.</summary>
    internal void WakeUp() => _reactor.Wake();

    /// <summary>Runs until all messages have had their outcome.</summary>
    internal void Run()
    {
        _start = Time.GetTimestamp();
        _isPreparing = _office.IsOpenLoop && Options.MessagesPerConnection != 1;
        if (_isPreparing)
        {
            _sessions.ForEach(session => session.Prepare());
        }
        else
        {
            _office.Open();
            _sessions.ForEach(_idle.Push);
        }

        long until = _isPreparing ? NextSweep() : StartDueMessages();
        while (!_sessions.TrueForAll(session => session.IsDone))
        {
            if (_abort)
            {
                _sessions.ForEach(session => session.Abort());
                break;
            }

            _reactor.RunOnce(until);
            WriteLedger();
            SweepTimeouts();
            until = StartDueMessages();
        }

        WriteLedger();
        Counters.Broken += _returned.Count;
    }

    public void Dispose() => _reactor.Dispose();

    internal MailTransaction CreateTransaction(in Ticket ticket) => new()
    {
        Ticket = ticket,
        Id = new LoadId(Script.Run, ticket.Sequence),
        Size = Script.PickSize(ticket.Sequence),
    };

    internal bool TryTake(out Ticket ticket)
    {
        if (_abort)
        {
            ticket = default;
            return false;
        }

        long now = Time.GetTimestamp();
        if (_returned.TryDequeue(out ticket) || _office.TryTake(now, out ticket, out _))
        {
            NoteStart(ticket, now);
            return true;
        }

        return false;
    }

    internal void OnIdle(SourceSession session) => _idle.Push(session);

    /// <summary>The message had its reply.</summary>
    internal void Complete(in MailTransaction transaction)
    {
        if (transaction.RecipientsAcknowledged == 0)
        {
            Counters.Rejected++;
            return;
        }

        long now = Time.GetTimestamp();
        long latency = Nanoseconds(now - transaction.Ticket.Intended);
        if (transaction.Ticket.Intended - _firstIntended >= _latencyAfter)
        {
            MessageLatency.Record(latency);
            AcknowledgeLatency.Record(Nanoseconds(now - transaction.ContentSent));
        }

        Timeline.Record(now - _start, latency);
        LastTimestamp = now;
        Counters.ContentBytes += transaction.Size;
        Counters.RecipientsAcknowledged += transaction.RecipientsAcknowledged;
        Counters.Acknowledged++;
        if (_ledger is not null)
        {
            _ledgerLines.Append($"{transaction.Id} {transaction.RecipientsAcknowledged}\n");
        }
    }

    /// <summary>The connection was lost before the message had its reply.</summary>
    internal void Drop(in MailTransaction transaction, bool resend)
    {
        if (resend && !_office.IsOver(Time.GetTimestamp()))
        {
            Counters.Resent++;
            _returned.Enqueue(transaction.Ticket);
        }
        else
        {
            Counters.Broken++;
        }
    }

    private void NoteStart(in Ticket ticket, long now)
    {
        if (FirstTimestamp == 0)
        {
            FirstTimestamp = now;
            _firstIntended = ticket.Intended;
        }
    }

    private long Nanoseconds(long ticks) => (long)(ticks * _nanosecondsPerTick);

    // Gives due messages to idle sessions; returns when to look again.
    private long StartDueMessages()
    {
        if (_isPreparing)
        {
            int settled = _idle.Count + _sessions.Count(session => session.IsDone);
            if (settled < _sessions.Count)
            {
                return NextSweep();
            }

            _isPreparing = false;
            _office.Open();
        }

        long due = 0;
        while (_idle.Count > 0)
        {
            if (_returned.TryDequeue(out Ticket ticket)
                || _office.TryTake(Time.GetTimestamp(), out ticket, out due))
            {
                NoteStart(ticket, Time.GetTimestamp());
                _idle.Pop().Start(ticket);
                continue;
            }

            if (due < long.MaxValue)
            {
                return Math.Min(due, NextSweep());
            }

            _idle.Pop().Finish();
        }

        return NextSweep();
    }

    private long NextSweep() => _nextSweep == 0 ? Time.GetTimestamp() + Time.TimestampFrequency : _nextSweep;

    private void SweepTimeouts()
    {
        long now = _reactor.Now;
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + Time.TimestampFrequency;
        long timeout = (long)(Options.ReplyTimeout.TotalSeconds * Time.TimestampFrequency);
        foreach (SourceSession session in _sessions)
        {
            session.CheckTimeout(now, timeout);
        }
    }

    private void WriteLedger()
    {
        if (_ledgerLines.Length > 0)
        {
            _ledger!.Write(Encoding.ASCII.GetBytes(_ledgerLines.ToString()));
            _ledgerLines.Clear();
        }
    }
}
