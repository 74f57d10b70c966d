using System.Runtime.InteropServices;
using Relay.LoadGenerator.Measurement;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator.Sink;

/// <summary>One thread of the sink: its event loop and its sessions. All threads share the listeners.</summary>
internal sealed class SinkWorker : IDisposable
{
    private const int InputSize = 256 * 1024;

    private readonly LoadSink _owner;
    private readonly Reactor _reactor;
    private readonly TimeProvider _time;
    private readonly HashSet<SinkSession> _open = [];
    private readonly Stack<SinkSession> _free = new();
    private readonly List<SinkListener> _listeners = [];
    private readonly WallClock _clock;
    private byte[] _input = new byte[InputSize];
    private volatile bool _stop;

    internal SinkWorker(LoadSink owner, SinkOptions options, TimeProvider time)
    {
        _owner = owner;
        _time = time;
        Options = options;
        _reactor = new Reactor(time);
        Replies = owner.Replies;
        Faults = owner.Faults;
        _clock = new WallClock(time);
    }

    internal SinkOptions Options { get; }

    internal SinkReplies Replies { get; }

    internal FaultPlan Faults { get; }

    internal SinkCounters Counters { get; } = new();

    /// <summary>Replies of the session at work; nobody keeps it beyond one call.</summary>
    internal OutputBuffer Output { get; } = new();

    /// <summary>From the sending time in the message to its acceptance here (clocks of one machine).</summary>
    internal LatencyHistogram EndToEndLatency { get; } = new();

    internal void Listen(int fd) => _listeners.Add(new SinkListener(this, fd));

    internal void Run()
    {
        foreach (SinkListener listener in _listeners)
        {
            _reactor.Register(listener, Libc.In | (Options.Threads > 1 ? Libc.Exclusive : 0));
        }

        while (!_stop)
        {
            _reactor.RunOnce(long.MaxValue);
        }

        foreach (SinkSession session in _open.ToArray())
        {
            session.Abort();
        }
    }

    /// <summary>Any thread.</summary>
    internal void Stop()
    {
        _stop = true;
        _reactor.Wake();
    }

    public void Dispose() => _reactor.Dispose();

    internal void Open(int fd)
    {
        SinkSession session = _free.TryPop(out SinkSession? free) ? free : new SinkSession(this, _reactor);
        Counters.Connections++;
        Counters.OpenConnections++;
        _open.Add(session);
        session.Open(fd);
    }

    internal void Release(SinkSession session)
    {
        Counters.OpenConnections--;
        _open.Remove(session);
        _free.Push(session);
    }

    internal void RetryAccept(SinkListener listener) =>
        _reactor.Schedule(listener, _time.GetTimestamp() + (_time.TimestampFrequency / 10));

    /// <returns>The timestamp at which the handler will be called.</returns>
    internal long Schedule(ReactorHandler handler, TimeSpan delay)
    {
        long due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        _reactor.Schedule(handler, due);
        return due;
    }

    /// <summary>The shared receive buffer, with room behind <paramref name="used"/> octets.</summary>
    internal byte[] GetInput(int used)
    {
        if (_input.Length - used < InputSize / 2)
        {
            Array.Resize(ref _input, used + InputSize);
        }

        return _input;
    }

    internal void CountMessage(int recipients, ContentVerifier? verifier, List<ulong> recipientKeys)
    {
        long now = _time.GetTimestamp();
        Counters.FirstTimestamp = Counters.FirstTimestamp == 0 ? now : Counters.FirstTimestamp;
        Volatile.Write(ref Counters.LastTimestamp, now);
        Counters.Messages++;
        Counters.Recipients += recipients;
        if (verifier is not null)
        {
            ContentVerdict verdict = verifier.Finish();
            if (verdict != ContentVerdict.Unidentified && verifier.SentMicroseconds > 0)
            {
                EndToEndLatency.Record((_clock.Microseconds(now) - verifier.SentMicroseconds) * 1000);
            }

            _owner.Received.Add(verdict, verifier.Id, CollectionsMarshal.AsSpan(recipientKeys)[..recipients]);
        }

        if (Options.MessagesMax > 0)
        {
            _owner.CountTowardsLimit();
        }
    }
}
