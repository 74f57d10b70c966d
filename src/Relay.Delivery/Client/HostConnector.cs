using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Delivery.Destinations;
using Relay.Delivery.Rules;
using Relay.Delivery.Tls;
using Relay.Dns;
using Relay.Routing.Routes;

namespace Relay.Delivery.Client;

/// <summary>
/// Finds a host of a route that gives us a session: hosts by preference, equal ones shuffled, all addresses of a host
/// before the next (RFC 5321 §5.1). Owned by one worker.
/// </summary>
internal sealed class HostConnector(DeliveryContext context, SmtpClientConnection connection)
{
    private const string UnixPrefix = "unix:";

    /// <summary>Linux' IP_BIND_ADDRESS_NO_PORT: ports are shared by connections to different hosts.</summary>
    private const int BindAddressNoPort = 24;

    private readonly List<Candidate> _candidates = [];
    private readonly List<NextHop> _hosts = [];
    private readonly SessionOpener _opener = new(context, connection);
    private readonly ClientAuthenticator _authenticator = new(context, connection);
    private int _nextHost;
    private int _nextCandidate;
    private bool _isLmtp;
    private Route? _route;
    private NextHopTraits? _traits;
    private SourcePool _sources = SourcePool.Any;
    private Arrival _arrival;
    private int _bestPreference;

    /// <summary>True if there are hosts or addresses left that were not tried since <see cref="Begin"/>.</summary>
    public bool HasMore => _nextCandidate < _candidates.Count || _nextHost < _hosts.Count;

    /// <summary>The host connected to last is not among the best of the route.</summary>
    public bool IsBackup { get; private set; }

    /// <summary>Starts with the route's first host that is not known to be dead.</summary>
    public void Begin(Destination destination)
    {
        Route route = destination.Route;
        _isLmtp = route.Kind == RouteKind.Lmtp;
        _route = route;
        _traits = destination.Traits;
        _sources = destination.Limits.Sources;
        _arrival = destination.Arrival;
        _bestPreference = int.MaxValue;
        _candidates.Clear();
        _nextCandidate = _nextHost = 0;
        _hosts.Clear();
        _hosts.AddRange(route.Hosts);
        if (_hosts.Count > 1)
        {
            Random.Shared.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_hosts));
            StableSort(_hosts);
            MoveDeadBack();
        }

        foreach (NextHop host in _hosts)
        {
            _bestPreference = Math.Min(_bestPreference, host.Preference);
        }
    }

    /// <summary>The host connected to last asked for the next one to be tried: so will the next message.</summary>
    public void SetDead()
    {
        if (_nextHost > 0)
        {
            context.DeadHosts.SetDead(_hosts[_nextHost - 1]);
        }
    }

    /// <summary>Opens a session with the next host that gives one; null on success, else why none did.</summary>
    public async ValueTask<DeliveryFailure?> ConnectAsync()
    {
        DeliveryFailure? permanent = null;
        DeliveryFailure? transient = null;
        DeliveryFailure? suspending = null;
        while (HasMore && !context.IsStopping)
        {
            DeliveryFailure? failure = await TryNextAsync();
            NextHop host = _hosts[_nextHost - 1];
            if (failure is null)
            {
                context.DeadHosts.SetLive(host);
                return null;
            }

            if (_nextCandidate >= _candidates.Count && !context.IsStopping)
            {
                context.DeadHosts.SetDead(host); // none of its addresses gave a session
            }

            suspending = failure.SuspendsFor > TimeSpan.Zero ? failure : suspending;
            permanent = failure.IsPermanent ? failure : permanent;
            transient = failure.IsPermanent ? transient : failure;
        }

        return suspending ?? transient ?? permanent ?? FailureText.Local(false, 4, 1, "No host to deliver to", []);
    }

    private static void StableSort(List<NextHop> hosts)
    {
        for (int i = 1; i < hosts.Count; i++)
        {
            NextHop host = hosts[i];
            int at = i;
            for (; at > 0 && hosts[at - 1].Preference > host.Preference; at--)
            {
                hosts[at] = hosts[at - 1];
            }

            hosts[at] = host;
        }
    }

    /// <summary>Hosts that gave no session of late come last, in the order that they have among themselves.</summary>
    private void MoveDeadBack()
    {
        int end = _hosts.Count;
        for (int i = 0; i < end;)
        {
            NextHop host = _hosts[i];
            if (context.DeadHosts.IsDead(host))
            {
                _hosts.RemoveAt(i);
                _hosts.Add(host);
                end--;
            }
            else
            {
                i++;
            }
        }
    }

    private async ValueTask<DeliveryFailure?> TryNextAsync()
    {
        if (_nextCandidate >= _candidates.Count)
        {
            DeliveryFailure? unresolved = await ResolveAsync(_hosts[_nextHost++]);
            if (unresolved is not null)
            {
                return unresolved;
            }
        }

        IsBackup = _hosts[_nextHost - 1].Preference > _bestPreference;
        Candidate candidate = _candidates[_nextCandidate++];
        DeliveryFailure? failure = await OpenAsync(candidate, inClear: false);
        if (failure is not null && _opener.MayRetryInClear)
        {
            failure = await OpenAsync(candidate, inClear: true);
        }

        if (failure is not null && connection is { End: SessionEnd.OutOfStep, IsCareful: false }
            && !context.IsStopping)
        {
            _traits!.OnOutOfStep(context.Heartbeat.Now);
            failure = await OpenAsync(candidate, inClear: false);
        }

        return failure ?? await _authenticator.AuthenticateAsync(
            candidate.EndPoint is IPEndPoint ? _hosts[_nextHost - 1].Host.TrimEnd('.') : string.Empty,
            (candidate.EndPoint as IPEndPoint)?.Address,
            _hosts[_nextHost - 1].Port,
            isExchange: IsStrangers(_hosts[_nextHost - 1]));
    }

    /// <summary>The recipient or his domain named it; exchanges of a smart host are the administrator's.</summary>
    private bool IsStrangers(NextHop host) => _route!.IsLiteral || (_route.IsMxRoute && host.IsExchange);

    private async ValueTask<DeliveryFailure?> OpenAsync(Candidate candidate, bool inClear)
    {
        var ip = candidate.EndPoint as IPEndPoint;
        var peer = new TlsPeer(_hosts[_nextHost - 1].Host.TrimEnd('.'), ip?.Address, ip?.Port ?? 0);
        connection.Dialogue?.Connecting(
            candidate.Peer, ip?.Port ?? 0, _hosts[_nextHost - 1].IsExchange, _isLmtp);
        _opener.Begin(peer, inClear, await context.Arrivals.HelloNameAsync(_arrival, ip?.Address));
        return await ConnectAsync(candidate) ?? await _opener.OpenAsync();
    }

    private async ValueTask<DeliveryFailure?> ResolveAsync(NextHop host)
    {
        _candidates.Clear();
        _nextCandidate = 0;
        if (host.Host.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            string path = host.Host[UnixPrefix.Length..];
            _candidates.Add(new Candidate(new UnixDomainSocketEndPoint(path), Encoding.UTF8.GetBytes(host.Host)));
            return null;
        }

        if (!host.IsExchange && IPAddress.TryParse(host.Host, out IPAddress? literal))
        {
            _candidates.Add(new Candidate(new IPEndPoint(literal, host.Port), Encoding.UTF8.GetBytes($"[{literal}]")));
            return null;
        }

        HostAddresses found = await FindAsync(host);
        foreach (IPAddress address in found.Addresses)
        {
            byte[] peer = Encoding.UTF8.GetBytes($"{host.Host} [{address}]");
            _candidates.Add(new Candidate(new IPEndPoint(address, host.Port), peer));
        }

        return found.Status switch
        {
            DnsStatus.Found => null,
            DnsStatus.TemporaryFailure =>
                FailureText.Local(false, 4, 3, $"Name server: {host.Host}: host name lookup failure", []),
            _ => Unknown(host),
        };
    }

    /// <summary>A host that an administrator named and nobody knows is a fault of ours, and so never final.</summary>
    private static DeliveryFailure Unknown(NextHop host)
    {
        string text = $"Host unknown (Name server: {host.Host}: host not found)";
        DeliveryFailure failure = FailureText.Local(host.IsExchange, 1, 2, text, []);
        return host.IsExchange ? failure with { Code = 550 } : failure;
    }

    private async ValueTask<HostAddresses> FindAsync(NextHop host)
    {
        try
        {
            HostOrigin origin = host.IsExchange ? HostOrigin.Dns : HostOrigin.Configuration;
            return await context.Hosts.ResolveAsync(host.Host, origin, context.Stopping);
        }
        catch (OperationCanceledException)
        {
            return HostAddresses.TemporaryFailure;
        }
    }

    private async ValueTask<DeliveryFailure?> ConnectAsync(Candidate candidate)
    {
        bool isTcp = candidate.EndPoint is IPEndPoint;
        IPAddress? source = null;
        if (isTcp && !_sources.IsAny && !_sources.TryChoose(
            candidate.EndPoint.AddressFamily, Random.Shared.NextDouble(), out source))
        {
            return FailureText.Local(
                false, 4, 1, $"No source address to connect from to {Encoding.UTF8.GetString(candidate.Peer)}",
                candidate.Peer);
        }

        Socket socket = OpenSocket(candidate.EndPoint);
        connection.Watch(socket, ClientPhase.Connect);
        try
        {
            if (isTcp)
            {
                socket.NoDelay = true;
            }

            if (source is not null)
            {
                Bind(socket, source);
            }

            await socket.ConnectAsync(candidate.EndPoint, context.Stopping);
        }
        catch (Exception exception) when (exception
            is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            bool timedOut = connection.Unwatch();
            socket.Dispose();
            string reason = exception is SocketException { SocketErrorCode: SocketError.AddressNotAvailable }
                && source is not null ? $"No such source address as {source} to connect from to "
                : timedOut ? "Connection timed out with "
                : exception is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                    ? "Connection refused by "
                : exception is SocketException failure ? $"{Words(failure)}, connecting to "
                : "Connection given up to ";
            return FailureText.Local(
                false, 4, 1, reason + Encoding.UTF8.GetString(candidate.Peer), candidate.Peer);
        }

        connection.Unwatch();
        connection.Attach(socket, candidate.Peer, _isLmtp, _traits!.IsOutOfStep(context.Heartbeat.Now));
        return null;
    }

    /// <summary>
    /// A socket for connecting, bound to the address that the mail came in on if it is to go on from there and can; an
    /// address that a rule about the destination names is bound later, and counts.
    /// </summary>
    private Socket OpenSocket(EndPoint endPoint)
    {
        var ip = endPoint as IPEndPoint;
        ProtocolType protocol = ip is null ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        if (_arrival.IsNone || ip is null || !_sources.IsAny || _arrival.SourceFor(ip.Address) is not { } source)
        {
            return socket;
        }

        try
        {
            Bind(socket, source);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose(); // one that could not be bound is not promised to connect
            context.Arrivals.TellUnbindable(source, Words(exception));
            return new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        }
    }

    /// <summary>The system's words (strerror), which administrators know.</summary>
    private static string Words(SocketException failure) => new SocketException((int)failure.SocketErrorCode).Message;

    private static void Bind(Socket socket, IPAddress source)
    {
        Span<byte> on = [1, 0, 0, 0];
        socket.SetRawSocketOption(0, BindAddressNoPort, on);
        socket.Bind(new IPEndPoint(source, 0));
    }

    private readonly record struct Candidate(EndPoint EndPoint, byte[] Peer);
}
