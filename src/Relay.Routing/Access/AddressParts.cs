using Relay.Smtp.Addressing;
using Relay.Tables;

namespace Relay.Routing.Access;

/// <summary>
/// An envelope address as the rules see it: the local part without its quotes, the domain folded and canonified by
/// domaintable. A view of the scratch memory given.
/// </summary>
internal readonly ref struct AddressParts
{
    /// <summary>
    /// Octets of scratch memory: RFC 5321 §4.5.3.1.3 ends a path at 256, a canonical domain may be longer.
    /// </summary>
    public const int ScratchLength = 1024;

    private AddressParts(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, bool isQualified)
    {
        LocalPart = localPart;
        Domain = domain;
        IsQualified = isQualified;
    }

    /// <summary>A qualified address in no domain that any table could hold.</summary>
    public static AddressParts Nowhere => new(default, default, isQualified: true);

    public ReadOnlySpan<byte> LocalPart { get; }

    /// <summary>Empty without one, or if it is too long to be in any table.</summary>
    public ReadOnlySpan<byte> Domain { get; }

    public bool IsQualified { get; }

    /// <param name="snapshot">For domaintable.</param>
    /// <param name="mailbox">At most <see cref="ScratchLength"/> - <see cref="DomainName.LengthMax"/> octets.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> octets.</param>
    public static AddressParts Of(RoutingSnapshot snapshot, ReadOnlySpan<byte> mailbox, Span<byte> scratch)
    {
        bool isQualified = Mailbox.TrySplit(mailbox, out ReadOnlySpan<byte> localPart, out ReadOnlySpan<byte> domain);
        ReadOnlySpan<byte> unquoted = Unquote(localPart, scratch[DomainName.LengthMax..]);
        return isQualified
            ? new AddressParts(
                unquoted, snapshot.Canonify(DomainName.Fold(domain, scratch), scratch), isQualified: true)
            : new AddressParts(unquoted, default, isQualified: false);
    }

    /// <summary>The parts of a final address, to which domaintable has been applied.</summary>
    public static AddressParts WithoutDomaintable(ReadOnlySpan<byte> mailbox, Span<byte> scratch)
    {
        bool isQualified = Mailbox.TrySplit(mailbox, out ReadOnlySpan<byte> localPart, out ReadOnlySpan<byte> domain);
        ReadOnlySpan<byte> unquoted = Unquote(localPart, scratch[DomainName.LengthMax..]);
        return new AddressParts(unquoted, isQualified ? DomainName.Fold(domain, scratch) : default, isQualified);
    }

    /// <summary>
    /// Takes the last domain away and looks into the local part for the one that a later host would route on:
    /// <c>user%site</c>, <c>user@site</c> and <c>site!user</c>. False if there is none.
    /// </summary>
    public bool TryStrip(RoutingSnapshot snapshot, Span<byte> scratch, out AddressParts inner)
    {
        int at = LocalPart.LastIndexOfAny((byte)'@', (byte)'%');
        int bang = at < 0 ? LocalPart.IndexOf((byte)'!') : -1;
        inner = default;
        if (at < 0 && bang < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> site = at >= 0 ? LocalPart[(at + 1)..] : LocalPart[..bang];
        ReadOnlySpan<byte> user = at >= 0 ? LocalPart[..at] : LocalPart[(bang + 1)..];
        inner = new AddressParts(user, snapshot.Canonify(DomainName.Fold(site, scratch), scratch), isQualified: true);
        return true;
    }

    private static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> localPart, Span<byte> scratch)
    {
        if (localPart.IsEmpty || localPart[0] != (byte)'"' || localPart.Length > scratch.Length)
        {
            return localPart;
        }

        int length = 0;
        for (int i = 1; i < localPart.Length - 1; i++)
        {
            if (localPart[i] == (byte)'\\' && i + 1 < localPart.Length - 1)
            {
                i++;
            }

            scratch[length++] = localPart[i];
        }

        return scratch[..length];
    }
}
