using Relay.Dns;

namespace Relay.Host.Options;

/// <summary>Options of name resolution; the defaults are the DNS floor's.</summary>
internal static class DnsKeys
{
    private static readonly DnsOptions Defaults = new();

    public static readonly OptionKey<NameServersSetting> Servers = new(
        "dns.servers",
        OptionFormats.NameServers,
        NameServersSetting.None,
        "The recursive name servers, asked in this order; one that was silent is asked last for half a minute. A "
        + "server on this machine makes authenticity (AD) worth something.")
    {
        DefaultSentence = "(those of `dns.resolvConf`)",
    };

    public static readonly OptionKey<int> Port = new(
        "dns.port", OptionFormats.Count(1, ushort.MaxValue), Defaults.Port,
        "The port of name servers that are named without one.");

    public static readonly OptionKey<TimeSpan> Timeout = new(
        "dns.timeout",
        OptionFormats.DurationBetween(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
        Defaults.Timeout,
        "How long one name server may take in the first round; it doubles with each round.");

    public static readonly OptionKey<int> Attempts = new(
        "dns.attempts", OptionFormats.Count(1, 10), Defaults.Attempts,
        "Rounds over the name servers before a question has failed for now.");

    public static readonly OptionKey<int> CacheEntriesMax = new(
        "dns.cacheEntriesMax", OptionFormats.Count(1, 10_000_000), Defaults.CacheEntriesMax,
        "Answers kept; those not used lately go first.");

    public static readonly OptionKey<TimeSpan> TtlMax = new(
        "dns.ttlMax",
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        Defaults.TtlMax,
        "No answer is kept longer, whatever its TTL says.");

    public static readonly OptionKey<TimeSpan> NegativeTtlMax = new(
        "dns.negativeTtlMax",
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        Defaults.NegativeTtlMax,
        "No denial (no such name, no such records) is kept longer, whatever its zone says (RFC 2308 §5).");

    public static readonly OptionKey<TimeSpan> FailureTtl = new(
        "dns.failureTtl",
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
        Defaults.FailureTtl,
        "A question that no name server answered is not asked again for this long (RFC 2308 §7).");

    public static readonly OptionKey<AddressPreference> AddressPreference = new(
        "dns.addressPreference",
        OptionFormats.Choice<AddressPreference>(),
        Defaults.AddressPreference,
        "The order in which the addresses of a next hop are tried; with `…Only` the other family is not even looked "
        + "up.");

    public static readonly OptionKey<string> ResolvConf = new(
        "dns.resolvConf",
        OptionFormats.OptionalPath,
        Defaults.ResolvConf,
        "Name servers and search list, in the form of resolv.conf(5), read again when it changes. The search list "
        + "applies to hosts that routes name, never to recipients' domains.");

    public static readonly OptionKey<string> HostsFile = new(
        "dns.hostsFile",
        OptionFormats.OptionalPath,
        Defaults.HostsFile,
        "Addresses of hosts that routes name, in the form of hosts(5), read again when it changes; the DNS is asked "
        + "for the others.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Servers, Port, Timeout, Attempts, CacheEntriesMax, TtlMax, NegativeTtlMax, FailureTtl, AddressPreference,
        ResolvConf, HostsFile,
    ];
}
