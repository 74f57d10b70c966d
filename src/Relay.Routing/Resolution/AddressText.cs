using Relay.Routing.Access;
using Relay.Routing.Tracing;
using Relay.Smtp.Addressing;
using Relay.Tables;

namespace Relay.Routing.Resolution;

/// <summary>An address in its parts, after domaintable, kept while the expansion waits.</summary>
/// <param name="LocalPart">As it is written.</param>
/// <param name="Domain">Folded; null without one.</param>
/// <param name="Name">The local part without its quotes.</param>
internal sealed record AddressText(byte[] LocalPart, byte[]? Domain, byte[] Name)
{
    /// <summary>
    /// The address with the domain as it was written but for dots behind it, or as domaintable has it.
    /// </summary>
    public byte[] Whole { get; private init; } = LocalPart;

    public static AddressText Of(RoutingSnapshot snapshot, byte[] mailbox, DecisionTrace? trace)
    {
        Span<byte> scratch = stackalloc byte[AddressParts.ScratchLength];
        AddressParts parts = AddressParts.WithoutDomaintable(mailbox, scratch);
        Mailbox.TrySplit(mailbox, out ReadOnlySpan<byte> localPart, out _);
        byte[] local = localPart.ToArray();
        byte[] name = parts.LocalPart.ToArray();
        if (!parts.IsQualified)
        {
            return new AddressText(local, null, name);
        }

        LookupResult result = snapshot.Tables.Domaintable.Find(parts.Domain, out TableEntry entry);
        if (result != LookupResult.Found)
        {
            return new AddressText(local, parts.Domain.ToArray(), name) { Whole = [.. mailbox.AsSpan().TrimEnd((byte)'.')] };
        }

        trace?.AddLookup("domaintable", parts.Domain, result, entry);
        return new AddressText(local, DomainName.Fold(entry.Value.Span, scratch).ToArray(), name)
        {
            Whole = [.. local, (byte)'@', .. entry.Value.Span],
        };
    }
}
