using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server.Listening;

/// <summary>
/// Accept control, where connections are accepted: takes no more per clock second than allowed, so that the rest
/// waits in the kernel's backlog, and marks those beyond the limits, which are then answered and closed. One accept
/// at a time.
/// </summary>
internal sealed class AcceptControlListener : IConnectionListener
{
    private readonly IConnectionListener _inner;
    private readonly AcceptControl _control;

    public AcceptControlListener(IConnectionListener inner, AcceptControl control)
    {
        _inner = inner;
        _control = control;
    }

    public EndPoint EndPoint => _inner.EndPoint;

    /// <returns>An <see cref="AdmittedConnection"/>, or null when the listener was unbound.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (!_control.Rate.HasRoom)
        {
            ValueTask wait = _control.Rate.WaitAsync(cancellationToken);
            _control.OnThrottled(); // who sees this may rely on the wait having begun
            await wait;
        }

        ConnectionContext? connection = await _inner.AcceptAsync(cancellationToken);
        if (connection is null)
        {
            return null;
        }

        _control.Rate.Take();
        return _control.Admit(connection);
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) =>
        _inner.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
