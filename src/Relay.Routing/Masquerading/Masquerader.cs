using System.Text;
using Relay.Routing.Options;
using Relay.Routing.Tracing;
using Relay.Smtp.Addressing;
using Relay.Tables;
using Relay.Tables.Addresses;
using Relay.Tables.Classes;

namespace Relay.Routing.Masquerading;

/// <summary>
/// Rewrites one address: domaintable for every one; then genericstable and MASQUERADE_AS for senders in headers, for
/// recipients in headers with allmasquerade, for the reverse-path with masquerade_envelope. A hit of genericstable with
/// a domain is final. Belongs to one snapshot. Thread-safe. (Sendmail: cf/README, MASQUERADING AND RELAYING.)
/// </summary>
internal sealed class Masquerader
{
    private readonly RoutingSnapshot _snapshot;
    private readonly MasqueradeOptions _options;
    private readonly byte[]? _as;

    public Masquerader(RoutingSnapshot snapshot)
    {
        _snapshot = snapshot;
        _options = snapshot.Options.Masquerade;
        _as = _options.As is null ? null : Encoding.ASCII.GetBytes(_options.As);
    }

    /// <summary>True if addresses in headers can change at all.</summary>
    public bool ConcernsHeaders =>
        _as is not null || _snapshot.Tables.Domaintable.Count > 0 || _snapshot.Tables.Genericstable.Count > 0;

    /// <summary>The address as it goes out; null if it stays as it is.</summary>
    /// <param name="mailbox">Without brackets, white space and comments; may lack a domain.</param>
    /// <param name="role">Where it stands.</param>
    /// <param name="trace">Takes what was consulted; null for none.</param>
    public byte[]? Rewrite(ReadOnlySpan<byte> mailbox, AddressRole role, DecisionTrace? trace)
    {
        bool isQualified = Mailbox.TrySplit(mailbox, out ReadOnlySpan<byte> localPart, out ReadOnlySpan<byte> domain);
        Span<byte> scratch = stackalloc byte[DomainName.LengthMax];
        ReadOnlySpan<byte> folded = isQualified ? DomainName.Fold(domain, scratch) : default;
        if (mailbox.IsEmpty || localPart.IsEmpty || (isQualified && folded.IsEmpty))
        {
            return null;
        }

        ReadOnlySpan<byte> current = domain;
        if (_snapshot.Tables.Domaintable.Find(folded, out TableEntry canonical) == LookupResult.Found)
        {
            trace?.AddLookup("domaintable", folded, LookupResult.Found, canonical);
            current = canonical.Value.Span;
            folded = DomainName.Fold(current, scratch);
        }

        if (Applies(role))
        {
            if (TryGenerics(localPart, folded, isQualified, out AddressHit hit))
            {
                trace?.AddLookup("genericstable", mailbox, LookupResult.Found, hit.Entry);
                if (hit.Entry.Value.Span.Contains((byte)'@'))
                {
                    return hit.Entry.Value.ToArray();
                }

                localPart = hit.Entry.Value.Span;
            }

            if (IsMasqueraded(localPart, folded, isQualified))
            {
                trace?.Add("MASQUERADE_AS", mailbox, _options.As!);
                current = _as;
                isQualified = true;
            }
        }

        return IsSame(mailbox, localPart, current, isQualified) ? null
            : isQualified ? [.. localPart, (byte)'@', .. current]
            : localPart.ToArray();
    }

    /// <summary>The reverse-path as it enters the queue: qualified with our name if it has no domain.</summary>
    /// <returns>Null if it stays as it is.</returns>
    public byte[]? RewriteEnvelopeSender(ReadOnlySpan<byte> mailbox, DecisionTrace? trace)
    {
        if (mailbox.IsEmpty)
        {
            return null;
        }

        byte[]? rewritten = Rewrite(mailbox, AddressRole.EnvelopeSender, trace);
        ReadOnlySpan<byte> sender = rewritten is null ? mailbox : rewritten;
        return Mailbox.TrySplit(sender, out _, out _)
            ? rewritten
            : [.. sender, (byte)'@', .. _snapshot.HostName];
    }

    private static bool IsSame(
        ReadOnlySpan<byte> mailbox, ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, bool isQualified) =>
        mailbox.StartsWith(localPart)
        && (isQualified
            ? mailbox.Length == localPart.Length + 1 + domain.Length && mailbox[localPart.Length] == (byte)'@'
                && mailbox.EndsWith(domain)
            : mailbox.Length == localPart.Length);

    private bool Applies(AddressRole role) => role switch
    {
        AddressRole.EnvelopeSender => _options.Envelope,
        AddressRole.HeaderRecipient => _options.All,
        _ => true,
    };

    private bool TryGenerics(
        ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, bool isQualified, out AddressHit hit)
    {
        hit = default;
        return _snapshot.Tables.Genericstable.Count > 0
            && (!isQualified || _snapshot.IsLocal(domain)
                || Has(_snapshot.Tables.GenericsDomains, domain, _options.GenericsEntireDomain))
            && _snapshot.Tables.Genericstable.Find(localPart, domain, out hit) == LookupResult.Found;
    }

    private bool IsMasqueraded(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, bool isQualified)
    {
        if (_as is null || _snapshot.Tables.ExposedUsers.Contains(localPart, out _))
        {
            return false;
        }

        return !isQualified
            || (!_snapshot.Tables.MasqueradeExceptions.Contains(domain, out _)
                && ((!_options.Limited && _snapshot.IsLocal(domain))
                    || Has(_snapshot.Tables.MasqueradeDomains, domain, _options.EntireDomain)));
    }

    private static bool Has(ClassTable domains, ReadOnlySpan<byte> domain, bool entire) =>
        entire ? domains.ContainsOrParent(domain, out _) : domains.Contains(domain, out _);
}
