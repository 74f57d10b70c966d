using Relay.Dns;

namespace Relay.Delivery.Routing;

/// <summary>The mail hosts of a domain, sorted out.</summary>
/// <param name="Hosts">By preference, each name once; empty unless the verdict is Hosts.</param>
/// <param name="OwnHost">The best of our own names among the records; empty if there is none.</param>
internal sealed record ExchangeList(ExchangeVerdict Verdict, IReadOnlyList<MxRecord> Hosts, string OwnHost)
{
    /// <summary>Sendmail's MAXMXHOSTS.</summary>
    public const int HostsMax = 100;

    /// <summary>
    /// Applies RFC 5321 §5.1 and RFC 7505: duplicates go; if one of the hosts is ourselves, it goes with every one that
    /// is not better; of what is left the best count.
    /// </summary>
    public static ExchangeList Of(IReadOnlyList<MxRecord> records, Func<string, bool> isOwnHost)
    {
        MxRecord[] hosts =
        [
            .. records.Where(static r => r.Exchange != ".")
                .OrderBy(static r => r.Preference)
                .DistinctBy(static r => r.Exchange, StringComparer.OrdinalIgnoreCase),
        ];
        if (hosts.Length == 0)
        {
            return new ExchangeList(ExchangeVerdict.NullMx, [], string.Empty);
        }

        int own = Array.FindIndex(hosts, r => isOwnHost(r.Exchange));
        string ownHost = own < 0 ? string.Empty : hosts[own].Exchange;
        int limit = own < 0 ? int.MaxValue : hosts[own].Preference;
        MxRecord[] left = [.. hosts.TakeWhile(r => r.Preference < limit).Take(HostsMax)];
        return new ExchangeList(
            left.Length > 0 ? ExchangeVerdict.Hosts : ExchangeVerdict.PointsBack, left, ownHost);
    }
}
