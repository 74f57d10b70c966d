using System.Threading.Channels;
using Relay.Delivery;
using Relay.Server.Policies;

namespace Relay.Host.Running;

/// <summary>
/// One watched delivery. It is over when every recipient has an outcome and no connection is at work on it any more, or
/// when nothing was said for a long time. Lines may come from several connections at once. Thread-safe; one reader.
/// </summary>
internal sealed class DeliveryWatch(Action<DeliveryWatch> onEnded) : IDeliveryWatch, IDialogue
{
    private const int LinesMax = 10_000;

    /// <summary>Beats without a line; a connection that is being made has five minutes, and its own time-out.</summary>
    private const int IdleBeatsMax = 360;

    /// <summary>The same while no connection is at work: the message waits in line for something.</summary>
    private const int LineBeatsMax = 20;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(LinesMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Lock _lock = new();
    private int _expected = -1;
    private int _finished;
    private int _connections;
    private int _idleBeats;
    private bool _ended;

    public async ValueTask<string?> NextAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            if (_lines.Reader.TryRead(out string? line))
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>This many recipients are attempted.</summary>
    public void Expect(int recipients)
    {
        lock (_lock)
        {
            _expected = recipients;
            _finished = 0;
        }

        EndIfDone();
    }

    public void Add(string line)
    {
        Volatile.Write(ref _idleBeats, 0);
        _lines.Writer.TryWrite(line);
    }

    /// <summary>A recipient has its outcome.</summary>
    public void Finish(string line)
    {
        Add(line);
        lock (_lock)
        {
            _finished++;
        }

        EndIfDone();
    }

    public void Opened()
    {
        lock (_lock)
        {
            _connections++;
        }
    }

    public void Closed()
    {
        lock (_lock)
        {
            _connections--;
        }

        EndIfDone();
    }

    public void Parked(string line)
    {
        Add(line);
        End();
    }

    /// <summary>Called once per second; true if nothing has been said for too long.</summary>
    public bool IsIdle(long now)
    {
        _ = now;
        int beats = Interlocked.Increment(ref _idleBeats);
        lock (_lock)
        {
            return beats > (_connections > 0 ? IdleBeatsMax : LineBeatsMax);
        }
    }

    public void End()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _lines.Writer.TryComplete();
        onEnded(this);
    }

    public void Dispose() => End();

    private void EndIfDone()
    {
        lock (_lock)
        {
            if (_expected < 0 || _finished < _expected || _connections > 0)
            {
                return;
            }
        }

        End();
    }
}
