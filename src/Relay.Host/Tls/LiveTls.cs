using Relay.Host.Running;
using Relay.Logging;
using Relay.Throttling;

namespace Relay.Host.Tls;

/// <summary>Looks after the certificates' files while mail flows. Thread-safe.</summary>
internal sealed class LiveTls(TlsParts parts, IMailLog log) : IHeartbeatHandler
{
    /// <summary>Every other second; keys are read off the heartbeat's thread.</summary>
    private const int Beats = 2;

    private int _beats;
    private int _checking;

    /// <summary>Those in force; a reload puts others in their place.</summary>
    public TlsParts Parts
    {
        get;
        set => Volatile.Write(ref field, value);
    }

    = parts;

    public void OnHeartbeat(long now)
    {
        if (++_beats % Beats == 0 && Interlocked.Exchange(ref _checking, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static live => live.Check(), this, preferLocal: false);
        }
    }

    private void Check()
    {
        try
        {
            Parts.Check(log.WriteDaemon);
        }
        finally
        {
            Volatile.Write(ref _checking, 0);
        }
    }
}
