using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>
/// Accept control, where connections are accepted: takes no more per clock second than allowed, so that the rest
/// waits in the kernel's backlog, and marks those beyond the limits, which are then answered and closed. If asked for,
/// the socket is closed instead while none would be admitted, as Sendmail does it, and bound again when there is room:
/// once a second is looked. One accept at a time.
/// </summary>
internal sealed class AcceptControlListener : IConnectionListener, IHeartbeatHandler
{
    private readonly AcceptControl _control;
    private readonly Func<EndPoint, CancellationToken, ValueTask<IConnectionListener>>? _bind;
    private readonly Lock _lock = new();
    private IConnectionListener _inner;
    private TaskCompletionSource _mayOpen = NewSignal();
    private string _reason = string.Empty; // for being closed
    private bool _isClosed; // while none would be admitted
    private bool _isUnbound;

    /// <param name="inner">The bound socket.</param>
    /// <param name="control">What it takes.</param>
    /// <param name="bind">Binds it anew; null for a socket that stays bound, such as one of systemd's.</param>
    public AcceptControlListener(
        IConnectionListener inner,
        AcceptControl control,
        Func<EndPoint, CancellationToken, ValueTask<IConnectionListener>>? bind)
    {
        _inner = inner;
        _control = control;
        _bind = bind;
        EndPoint = inner.EndPoint;
        if (bind is not null)
        {
            control.Heartbeat.Register(this);
        }
    }

    public EndPoint EndPoint { get; }

    /// <returns>An <see cref="AdmittedConnection"/>, or null when the listener was unbound.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (CloseIfNoneIsAdmitted())
            {
                await StayClosedAsync(cancellationToken);
            }

            if (!_control.Rate.HasRoom)
            {
                ValueTask wait = _control.Rate.WaitAsync(cancellationToken);
                _control.OnThrottled(); // who sees this may rely on the wait having begun
                await wait;
            }

            ConnectionContext? connection = await _inner.AcceptAsync(cancellationToken);
            if (connection is not null)
            {
                _control.Rate.Take();
                return _control.Admit(connection);
            }

            if (!IsClosed)
            {
                return null;
            }
        }
    }

    public void OnHeartbeat(long now)
    {
        if (CloseIfNoneIsAdmitted() && _control.WhyClosed() is null)
        {
            _mayOpen.TrySetResult();
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _control.Heartbeat.Unregister(this);
        lock (_lock)
        {
            _isUnbound = true;
        }

        _mayOpen.TrySetResult();
        await _inner.UnbindAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _control.Heartbeat.Unregister(this);
        return _inner.DisposeAsync();
    }

    private bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed && !_isUnbound;
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>True if the socket is closed, now or since before.</returns>
    private bool CloseIfNoneIsAdmitted()
    {
        IConnectionListener inner;
        lock (_lock)
        {
            if (_isClosed || _isUnbound || _bind is null || _control.WhyClosed() is not { } reason)
            {
                return _isClosed && !_isUnbound;
            }

            _isClosed = true;
            _reason = reason;
            _mayOpen = NewSignal();
            inner = _inner;
        }

        _ = inner.UnbindAsync().AsTask(); // closes the socket at once; a pending accept ends with null
        return true;
    }

    private async ValueTask StayClosedAsync(CancellationToken cancellation)
    {
        _control.OnClosed(_reason);
        IConnectionListener? opened = null;
        while (opened is null)
        {
            await _mayOpen.Task.WaitAsync(cancellation);
            lock (_lock)
            {
                if (_isUnbound)
                {
                    return;
                }

                _mayOpen = NewSignal(); // of the next beat, should it not be bound now
            }

            opened = await TryBindAsync(cancellation);
        }

        IConnectionListener closed = _inner;
        bool isUnbound;
        lock (_lock)
        {
            _inner = opened;
            _isClosed = false;
            isUnbound = _isUnbound;
        }

        await closed.DisposeAsync();
        if (isUnbound)
        {
            await opened.UnbindAsync(cancellation);
            return;
        }

        _control.OnOpened();
    }

    private async ValueTask<IConnectionListener?> TryBindAsync(CancellationToken cancellation)
    {
        try
        {
            return await _bind!(EndPoint, cancellation);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            _control.OnNotOpened(exception.Message);
            return null;
        }
    }
}
