using System.Buffers;
using Relay.LoadGenerator.Native;

namespace Relay.LoadGenerator;

/// <summary>
/// A connection that sends from its thread's shared buffer and keeps only what the kernel would not take.
/// </summary>
internal abstract class SocketHandler : ReactorHandler
{
    private byte[] _pending = [];
    private int _pendingStart;
    private int _pendingEnd;

    protected SocketHandler(Reactor reactor) => Reactor = reactor;

    protected Reactor Reactor { get; }

    /// <summary>Whether octets wait for the peer to read; nothing else may be sent before them.</summary>
    protected bool IsBlocked => _pendingEnd > _pendingStart;

    /// <summary>Called when all that waited has gone out.</summary>
    protected abstract void OnUnblocked();

    /// <summary>Sends or keeps everything in the buffer and clears it; false when the connection is broken.</summary>
    /// <param name="output">What to send.</param>
    /// <param name="isLast">The caller closes as soon as nothing waits: octets and FIN share a segment.</param>
    protected bool Send(OutputBuffer output, bool isLast = false)
    {
        ReadOnlySpan<byte> data = output.Written;
        output.Clear();
        if (data.IsEmpty)
        {
            return true;
        }

        if (IsBlocked)
        {
            Keep(data);
            return true;
        }

        int sent = Sockets.Send(Fd, data, isLast ? Libc.More : 0);
        if (sent < 0)
        {
            return false;
        }

        if (sent < data.Length)
        {
            Keep(data[sent..]);
            Reactor.Modify(this, Libc.In | Libc.ReadHangUp | Libc.Out);
        }

        return true;
    }

    /// <summary>Goes on after the kernel has room again; false when the connection is broken.</summary>
    protected bool ContinueSending()
    {
        if (!IsBlocked)
        {
            return true;
        }

        int sent = Sockets.Send(Fd, _pending.AsSpan(_pendingStart, _pendingEnd - _pendingStart));
        if (sent < 0)
        {
            return false;
        }

        _pendingStart += sent;
        if (!IsBlocked)
        {
            Reactor.Modify(this, Libc.In | Libc.ReadHangUp);
            ReleasePending();
            OnUnblocked();
        }

        return true;
    }

    protected void ReleasePending()
    {
        if (_pending.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_pending);
        }

        _pending = [];
        _pendingStart = _pendingEnd = 0;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        int kept = _pendingEnd - _pendingStart;
        byte[] larger = ArrayPool<byte>.Shared.Rent(kept + data.Length);
        _pending.AsSpan(_pendingStart, kept).CopyTo(larger);
        data.CopyTo(larger.AsSpan(kept));
        ReleasePending();
        _pending = larger;
        _pendingEnd = kept + data.Length;
    }
}
