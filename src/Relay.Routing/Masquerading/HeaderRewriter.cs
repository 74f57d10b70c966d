using System.Buffers;
using System.Text;

namespace Relay.Routing.Masquerading;

/// <summary>
/// Rewrites the addresses of a header section. Only an address that the rules replace changes; every other octet stays
/// as it is, order, folding and comments included. Thread-safe.
/// </summary>
public static class HeaderRewriter
{
    /// <summary>RFC 5321 §4.5.3.1.3 has 256 octets for a path; what is longer is no address.</summary>
    private const int AddressMax = 512;

    private static readonly string[] s_senderFields =
    [
        "From", "Sender", "Reply-To", "Errors-To", "Return-Receipt-To", "Disposition-Notification-To",
        "Resent-From", "Resent-Sender", "Resent-Reply-To",
    ];

    private static readonly string[] s_recipientFields =
        ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc", "Apparently-To"];

    /// <summary>True if any header could change under these rules: otherwise nobody need look.</summary>
    public static bool IsNeeded(RoutingSnapshot snapshot) => snapshot.Masquerade.ConcernsHeaders;

    /// <summary>Rewrites a header section.</summary>
    /// <param name="snapshot">The rules.</param>
    /// <param name="header">Fields with their CRLFs, with or without the empty line behind them.</param>
    /// <param name="output">Takes the new header section if there is one.</param>
    /// <returns>False if nothing changes; then nothing was written.</returns>
    public static bool Rewrite(RoutingSnapshot snapshot, ReadOnlySpan<byte> header, IBufferWriter<byte> output)
    {
        int written = 0;
        int at = 0;
        while (at < header.Length)
        {
            int end = EndOfField(header, at);
            ReadOnlySpan<byte> field = header[at..end];
            int colon = field.IndexOf((byte)':');
            if (colon > 0 && RoleOf(field[..colon].TrimEnd(" \t"u8)) is { } role)
            {
                RewriteField(snapshot, header, at + colon + 1, end, role, output, ref written);
            }

            at = end;
        }

        if (written == 0)
        {
            return false;
        }

        output.Write(header[written..]);
        return true;
    }

    private static void RewriteField(
        RoutingSnapshot snapshot,
        ReadOnlySpan<byte> header,
        int start,
        int end,
        AddressRole role,
        IBufferWriter<byte> output,
        ref int written)
    {
        Span<byte> compact = stackalloc byte[AddressMax];
        var scanner = new AddressScanner(header[start..end]);
        while (scanner.TryNext(out Range range))
        {
            int from = start + range.Start.Value;
            int to = start + range.End.Value;
            int length = AddressScanner.Compact(header[from..to], compact);
            if (length > 0 && snapshot.Masquerade.Rewrite(compact[..length], role, trace: null) is { } address)
            {
                output.Write(header[written..from]);
                output.Write(address);
                written = to;
            }
        }
    }

    /// <summary>Behind the CRLF that no folded line follows.</summary>
    private static int EndOfField(ReadOnlySpan<byte> header, int at)
    {
        while (at < header.Length)
        {
            int feed = header[at..].IndexOf((byte)'\n');
            if (feed < 0)
            {
                return header.Length;
            }

            at += feed + 1;
            if (at == header.Length || header[at] is not ((byte)' ' or (byte)'\t'))
            {
                return at;
            }
        }

        return header.Length;
    }

    private static AddressRole? RoleOf(ReadOnlySpan<byte> name)
    {
        foreach (string field in s_senderFields)
        {
            if (Ascii.EqualsIgnoreCase(name, field))
            {
                return AddressRole.HeaderSender;
            }
        }

        foreach (string field in s_recipientFields)
        {
            if (Ascii.EqualsIgnoreCase(name, field))
            {
                return AddressRole.HeaderRecipient;
            }
        }

        return null;
    }
}
