using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server.Listening;

/// <summary>Binds listeners whose accepts go through accept control.</summary>
internal sealed class AcceptControlListenerFactory(IConnectionListenerFactory inner, AcceptControl control)
    : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint,
        CancellationToken cancellationToken = default) =>
        new AcceptControlListener(
            await inner.BindAsync(endpoint, cancellationToken),
            control,
            endpoint is IPEndPoint ? inner.BindAsync : null);
}
