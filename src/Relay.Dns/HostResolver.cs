using System.Net;
using System.Net.Sockets;
using Relay.Dns.Hosts;

namespace Relay.Dns;

/// <summary>Finds hosts as their origin demands; see <see cref="HostOrigin"/>. Thread-safe.</summary>
public sealed class HostResolver : IHostResolver
{
    private readonly IDnsResolver _dns;
    private readonly AddressPreference _preference;
    private readonly WatchedFile<ResolverConfiguration> _configuration;
    private readonly WatchedFile<HostTable> _hosts;

    public HostResolver(IDnsResolver dns, DnsOptions options, TimeProvider time)
    {
        _dns = dns;
        _preference = options.AddressPreference;
        _configuration = new WatchedFile<ResolverConfiguration>(
            options.ResolvConf, ResolverConfiguration.Parse, time);
        _hosts = new WatchedFile<HostTable>(options.HostsFile, HostTable.Parse, time);
    }

    /// <inheritdoc/>
    public ValueTask<HostAddresses> ResolveAsync(string host, HostOrigin origin, CancellationToken cancellation)
    {
        if (origin == HostOrigin.Dns)
        {
            return AskAsync(host, cancellation);
        }

        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return ValueTask.FromResult(HostAddresses.Of(literal));
        }

        IPAddress[] known = Order(_hosts.Current.Find(host));
        return known.Length > 0
            ? ValueTask.FromResult(HostAddresses.Of(known))
            : SearchAsync(host, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer> ResolveExchangesAsync(string name, HostOrigin origin, CancellationToken cancellation)
    {
        if (origin == HostOrigin.Dns)
        {
            return _dns.QueryAsync(name, DnsRecordType.Mx, cancellation);
        }

        return IPAddress.TryParse(name, out _) || _hosts.Current.Find(name).Count > 0
            ? ValueTask.FromResult(new DnsAnswer { Status = DnsStatus.NoData, CanonicalName = name })
            : SearchExchangesAsync(name, cancellation);
    }

    /// <summary>A candidate that cannot be asked for now may be the one that is meant: then nothing is final.</summary>
    private async ValueTask<HostAddresses> SearchAsync(string host, CancellationToken cancellation)
    {
        HostAddresses result = HostAddresses.NameError;
        foreach (string candidate in _configuration.Current.Candidates(host))
        {
            HostAddresses found = await AskAsync(candidate, cancellation);
            if (found.Status == DnsStatus.Found)
            {
                return found;
            }

            result = Worse(result.Status, found.Status) ? found : result;
        }

        return result;
    }

    private async ValueTask<DnsAnswer> SearchExchangesAsync(string name, CancellationToken cancellation)
    {
        DnsAnswer? result = null;
        foreach (string candidate in _configuration.Current.Candidates(name))
        {
            DnsAnswer answer = await _dns.QueryAsync(candidate, DnsRecordType.Mx, cancellation);
            if (answer.Status is DnsStatus.Found or DnsStatus.NoData)
            {
                return answer;
            }

            result = result is null || Worse(result.Status, answer.Status) ? answer : result;
        }

        return result!;
    }

    private static bool Worse(DnsStatus known, DnsStatus other) =>
        other == DnsStatus.TemporaryFailure || (known == DnsStatus.NameError && other == DnsStatus.NoData);

    private async ValueTask<HostAddresses> AskAsync(string host, CancellationToken cancellation)
    {
        if (_preference is AddressPreference.Ipv4Only or AddressPreference.Ipv6Only)
        {
            DnsRecordType only = _preference == AddressPreference.Ipv4Only ? DnsRecordType.A : DnsRecordType.Aaaa;
            DnsAnswer answer = await _dns.QueryAsync(host, only, cancellation);
            return new HostAddresses(answer.Status, answer.Addresses);
        }

        bool ipv4First = _preference == AddressPreference.Ipv4First;
        ValueTask<DnsAnswer> asked = _dns.QueryAsync(
            host, ipv4First ? DnsRecordType.A : DnsRecordType.Aaaa, cancellation);
        DnsAnswer second = await _dns.QueryAsync(
            host, ipv4First ? DnsRecordType.Aaaa : DnsRecordType.A, cancellation);
        DnsAnswer first = await asked;
        return Merge(first, second);
    }

    private static HostAddresses Merge(DnsAnswer first, DnsAnswer second)
    {
        if (first.Addresses.Count + second.Addresses.Count > 0)
        {
            return HostAddresses.Of([.. first.Addresses, .. second.Addresses]);
        }

        if (first.Status == DnsStatus.TemporaryFailure || second.Status == DnsStatus.TemporaryFailure)
        {
            return HostAddresses.TemporaryFailure;
        }

        return first.Status == DnsStatus.NameError || second.Status == DnsStatus.NameError
            ? HostAddresses.NameError
            : HostAddresses.NoData;
    }

    private IPAddress[] Order(IReadOnlyList<IPAddress> addresses)
    {
        IEnumerable<IPAddress> ipv4 = addresses.Where(static a => a.AddressFamily == AddressFamily.InterNetwork);
        IEnumerable<IPAddress> ipv6 = addresses.Where(static a => a.AddressFamily == AddressFamily.InterNetworkV6);
        return _preference switch
        {
            AddressPreference.Ipv4Only => [.. ipv4],
            AddressPreference.Ipv6Only => [.. ipv6],
            AddressPreference.Ipv4First => [.. ipv4, .. ipv6],
            _ => [.. ipv6, .. ipv4],
        };
    }
}
