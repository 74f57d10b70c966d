using System.Net;
using Relay.Dns.Hosts;

namespace Relay.Dns.Transport;

/// <summary>The servers to ask: those of the options, else those of resolv.conf as it is now. Thread-safe.</summary>
internal sealed class NameServerList
{
    private readonly WatchedFile<ResolverConfiguration>? _file;
    private readonly int _port;
    private volatile Snapshot _snapshot;

    public NameServerList(DnsOptions options, WatchedFile<ResolverConfiguration> file)
    {
        _port = options.Port;
        _file = options.Servers.Count == 0 ? file : null;
        _snapshot = Create(null, options.Servers);
    }

    public NameServer[] Current
    {
        get
        {
            Snapshot snapshot = _snapshot;
            if (_file?.Current is { } configuration && !ReferenceEquals(configuration, snapshot.Source))
            {
                _snapshot = snapshot = Create(configuration, configuration.Servers);
            }

            return snapshot.Servers;
        }
    }

    private Snapshot Create(ResolverConfiguration? source, IReadOnlyList<IPEndPoint> servers) => new(
        source,
        [.. servers.Select(s => new NameServer(s.Port == 0 ? new IPEndPoint(s.Address, _port) : s))]);

    private sealed record Snapshot(ResolverConfiguration? Source, NameServer[] Servers);
}
