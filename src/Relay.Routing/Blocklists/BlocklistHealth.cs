using System.Collections.Concurrent;
using System.Net;
using Relay.Dns;
using Relay.Routing.Lookups;
using Relay.Routing.Options;

namespace Relay.Routing.Blocklists;

/// <summary>
/// Tells dead lists from living ones: 127.0.0.2 must be listed and 127.0.0.1 must not (RFC 5782 §5). A list that fails
/// is not asked until it passes again; a temporary failure changes nothing. Thread-safe.
/// </summary>
public sealed class BlocklistHealth(IDnsResolver dns)
{
    private static readonly IPAddress MustBeListed = new([127, 0, 0, 2]);

    private readonly ConcurrentDictionary<string, string> _broken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a list is not asked; null if it is.</summary>
    public string? WhyBroken(DnsBlocklist list) => _broken.GetValueOrDefault(list.Zone);

    /// <summary>Tests the lists.</summary>
    /// <returns>What has changed, one sentence each.</returns>
    public async Task<IReadOnlyList<string>> TestAsync(
        IEnumerable<DnsBlocklist> lists, CancellationToken cancellation)
    {
        var changes = new List<string>();
        foreach (DnsBlocklist list in lists)
        {
            DnsAnswer listed = await AskAsync(list, MustBeListed, cancellation);
            DnsAnswer unlisted = await AskAsync(list, IPAddress.Loopback, cancellation);
            if (listed.Status == DnsStatus.TemporaryFailure || unlisted.Status == DnsStatus.TemporaryFailure)
            {
                continue;
            }

            string? reason = unlisted.Status == DnsStatus.Found ? "it lists 127.0.0.1, that is everyone"
                : listed.Status != DnsStatus.Found ? "it does not list 127.0.0.2, that is no one"
                : null;
            if (reason is not null && _broken.TryAdd(list.Zone, reason))
            {
                changes.Add($"the list {list.Zone} is not asked any more: {reason}");
            }
            else if (reason is null && _broken.TryRemove(list.Zone, out _))
            {
                changes.Add($"the list {list.Zone} passes its test again and is asked");
            }
        }

        return changes;
    }

    private ValueTask<DnsAnswer> AskAsync(DnsBlocklist list, IPAddress address, CancellationToken cancellation) =>
        dns.QueryAsync(ReverseName.Under(address, list.Zone), DnsRecordType.A, cancellation);
}
