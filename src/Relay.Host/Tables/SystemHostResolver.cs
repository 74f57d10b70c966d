using System.Net;
using System.Net.Sockets;
using Relay.Delivery.Routing;

namespace Relay.Host.Tables;

/// <summary>
/// Addresses are their own answer; names are asked of the system's resolver, which reads <c>/etc/hosts</c> first where
/// the system is set up so. The only place in the program that touches <see cref="Dns"/>. Thread-safe.
/// </summary>
internal sealed class SystemHostResolver : IHostResolver
{
    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out IPAddress? address)
            ? ValueTask.FromResult<IReadOnlyList<IPAddress>>([address])
            : new ValueTask<IReadOnlyList<IPAddress>>(AskAsync(host, cancellation));

    private static async Task<IReadOnlyList<IPAddress>> AskAsync(string host, CancellationToken cancellation)
    {
        try
        {
            return await System.Net.Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException exception) when (
            exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
        catch (SocketException exception)
        {
            throw new IOException($"{host}: {exception.Message}", exception);
        }
    }
}
