using System.Buffers;
using System.Text;
using Relay.Routing;
using Relay.Routing.Resolution;
using Relay.Routing.Verdicts;
using Relay.Server.Policies;
using Relay.Smtp.Addressing;

namespace Relay.Host.Tables;

/// <summary>
/// VRFY and EXPN by the resolution that RCPT uses. Of an address in another domain nothing is known. Thread-safe.
/// </summary>
internal sealed class RulesAddressVerifier(RoutingHolder rules) : IAddressVerifier
{
    private static readonly AddressListing s_unverified = Line(
        "252 2.5.2 Cannot VRFY user; try RCPT to attempt delivery (or try finger)"u8.ToArray());

    private static readonly SearchValues<byte> s_specials = SearchValues.Create("<>()[]\\,;:\""u8);

    public async ValueTask<AddressListing> VerifyAsync(ClientIdentity client, ReadOnlyMemory<byte> argument)
    {
        RoutingSnapshot snapshot = rules.Current;
        if (!TryRead(argument, out byte[] address))
        {
            return Line(ReplyText.Compose("553 5.1.3 Bad address syntax", address: null));
        }

        if (!IsOurs(snapshot, address))
        {
            return s_unverified;
        }

        Expansion expansion = await AddressResolver.ExpandAsync(
            snapshot, address, trace: null, CancellationToken.None);
        return Line(expansion.Refusal ?? [.. "250 2.1.5 <"u8, .. address, .. ">"u8]);
    }

    public async ValueTask<AddressListing> ExpandAsync(ClientIdentity client, ReadOnlyMemory<byte> argument)
    {
        if (!TryRead(argument, out byte[] address))
        {
            return Line(ReplyText.Compose("553 5.1.3 Bad address syntax", address: null));
        }

        Expansion expansion = await AddressResolver.ExpandAsync(
            rules.Current, address, trace: null, CancellationToken.None);
        return expansion.Refusal is { } refusal ? Line(refusal)
            : expansion.Recipients is not { Count: > 0 } recipients
                ? Line([.. "250 2.1.5 <"u8, .. address, .. ">"u8])
            : new AddressListing(
                [.. recipients.Select(static r => (byte[])[.. "250 2.1.5 <"u8, .. r.Address, .. ">"u8])]);
    }

    private static AddressListing Line(byte[] line) => new([line]);

    private static bool IsOurs(RoutingSnapshot snapshot, byte[] address)
    {
        if (!Mailbox.TrySplit(address, out _, out ReadOnlySpan<byte> domain))
        {
            return true;
        }

        Span<byte> scratch = stackalloc byte[Relay.Tables.DomainName.LengthMax];
        ReadOnlySpan<byte> folded = Relay.Tables.DomainName.Fold(domain, scratch);
        return snapshot.IsLocal(folded) || snapshot.IsVirtual(folded);
    }

    /// <summary>A mailbox with or without brackets, or a local name.</summary>
    private static bool TryRead(ReadOnlyMemory<byte> argument, out byte[] address)
    {
        ReadOnlySpan<byte> text = argument.Span.Trim((byte)' ');
        if (text is [(byte)'<', .. var inner, (byte)'>'])
        {
            text = inner;
        }

        address = text.ToArray();
        return !text.IsEmpty && Ascii.IsValid(text)
            && (Mailbox.IsValid(text) || (!text.Contains((byte)'@')
                && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~')
                && text.IndexOfAny(s_specials) < 0));
    }
}
