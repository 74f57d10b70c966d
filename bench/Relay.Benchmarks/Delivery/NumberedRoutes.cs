using System.Buffers.Text;
using Relay.Dns;
using Relay.Routing.Routes;

namespace Relay.Benchmarks.Delivery;

/// <summary>Routes by number: <c>x@17</c> goes to destination 17, all of them at one server.</summary>
internal sealed class NumberedRoutes(int count, int port) : IRouteResolver, IHostResolver
{
    private readonly Route[] _routes =
    [
        .. Enumerable.Range(0, count).Select(i => new Route(
            RouteKind.Smtp, NameOf(i), [new NextHop("127.0.0.1", port, UseMx: false, 0)])),
    ];

    public static string NameOf(int number) => $"destination{number}";

    public bool TryResolve(ReadOnlySpan<byte> forwardPath, out RecipientRoute route)
    {
        bool isNumber = Utf8Parser.TryParse(forwardPath[2..], out int number, out _);
        route = isNumber ? new RecipientRoute(_routes[number]) : default;
        return isNumber;
    }

    public ValueTask<RecipientRoute> ResolveAsync(ReadOnlyMemory<byte> forwardPath, CancellationToken cancellation)
    {
        TryResolve(forwardPath.Span, out RecipientRoute route);
        return ValueTask.FromResult(route);
    }

    public ValueTask<HostAddresses> ResolveAsync(string host, HostOrigin origin, CancellationToken cancellation) =>
        throw new NotSupportedException("next hops are addresses");

    public ValueTask<DnsAnswer> ResolveExchangesAsync(
        string name, HostOrigin origin, CancellationToken cancellation) =>
        throw new NotSupportedException("next hops need no look-up");
}
