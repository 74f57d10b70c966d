using System.Text;
using Relay.Routing.Tracing;
using Relay.Tables;
using Relay.Tables.Aliases;

namespace Relay.Routing.Resolution;

/// <summary>Finds aliases and their owners.</summary>
internal static class AliasLookup
{
    public static LookupResult Find(
        RoutingSnapshot snapshot, AddressText address, DecisionTrace? trace, out AliasHit hit)
    {
        LookupResult result = snapshot.Tables.Aliases.Find(address.Name, address.Domain, out hit);
        trace?.AddLookup("aliases", address.Whole, result, hit.Entry);
        return result;
    }

    /// <summary>
    /// The reverse-path of a list's members: the address that <c>owner-NAME</c> stands for if it is a single one, else
    /// <c>owner-NAME</c> itself. Null if the list has no owner.
    /// </summary>
    public static byte[]? OwnerOf(
        RoutingSnapshot snapshot, ReadOnlySpan<byte> name, byte[]? domain, DecisionTrace? trace)
    {
        if (snapshot.Tables.Aliases.FindOwner(name, out AliasHit owner) != LookupResult.Found)
        {
            return null;
        }

        ReadOnlySpan<byte> address = owner.IsSingleAddress ? owner.Targets.Span[0].Text.Span : owner.Entry.Key.Span;
        byte[] reversePath = address.Contains((byte)'@')
            ? address.ToArray()
            : [.. address, (byte)'@', .. domain ?? snapshot.HostName];
        trace?.AddLookup("aliases (owner)", owner.Entry.Key.Span, LookupResult.Found, owner.Entry);
        trace?.Add("list owner", name, $"reverse-path of the members: {Encoding.UTF8.GetString(reversePath)}");
        return reversePath;
    }
}
