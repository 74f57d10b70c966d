using System.Net;

namespace Relay.Dns;

/// <summary>Everything that can be set about asking the DNS; immutable.</summary>
public sealed class DnsOptions
{
    /// <summary>
    /// The name servers in the order of preference; one with port 0 is asked at <see cref="Port"/>. Empty: those of
    /// <see cref="ResolvConf"/>, which is read again when it changes.
    /// </summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>The port of servers that are named without one.</summary>
    public int Port { get; init; } = 53;

    /// <summary>
    /// How long one server may take in the first round; each further round has twice the time of the one before. A
    /// recursive server with a cold cache needs seconds; resolv.conf(5) has 5 s.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Rounds over the servers; resolv.conf(5) has 2.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Answers kept, of some hundred octets each.</summary>
    public int CacheEntriesMax { get; init; } = 50_000;

    /// <summary>No answer is kept longer, whatever its TTL. A day bounds what a mistyped TTL can do.</summary>
    public TimeSpan TtlMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>No denial is kept longer. RFC 2308 §5: one to three hours have worked well.</summary>
    public TimeSpan NegativeTtlMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long it is remembered that no server gave an answer. RFC 2308 §7 allows five minutes; mail waits that long.
    /// </summary>
    public TimeSpan FailureTtl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Which addresses of a host are looked up, and in which order they are tried.</summary>
    public AddressPreference AddressPreference { get; init; } = AddressPreference.Ipv6First;

    /// <summary>Name servers and search list, in the form of resolv.conf(5); empty for none.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Addresses of hosts that routes name, in the form of hosts(5); empty for none.</summary>
    public string HostsFile { get; init; } = "/etc/hosts";
}
