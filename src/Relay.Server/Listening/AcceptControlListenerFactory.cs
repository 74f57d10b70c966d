using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server.Listening;

/// <summary>Binds listeners whose accepts go through accept control.</summary>
internal sealed class AcceptControlListenerFactory(
    IConnectionListenerFactory inner, AcceptControl control, SmtpListenerOptions options) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint,
        CancellationToken cancellationToken = default) =>
        new AcceptControlListener(
            await BindInnerAsync(endpoint, cancellationToken),
            control,
            endpoint is IPEndPoint ? BindInnerAsync : null);

    private ValueTask<IConnectionListener> BindInnerAsync(EndPoint endPoint, CancellationToken cancellation) =>
        TunedEndPoint.BindAsync(inner, endPoint, options, cancellation);
}
