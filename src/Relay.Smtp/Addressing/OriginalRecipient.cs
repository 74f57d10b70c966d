using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Relay.Smtp.Addressing;

/// <summary>ORCPT: <c>addr-type ";" xtext</c> (RFC 3461 §4.2), for type utf-8 also unitext (RFC 6533 §3).</summary>
internal static class OriginalRecipient
{
    private static readonly SearchValues<byte> AtomOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~"u8);

    /// <param name="hasUtf8">Octets >= 0x80 are in it.</param>
    public static bool IsValid(ReadOnlySpan<byte> value, out bool hasUtf8)
    {
        hasUtf8 = false;
        int semicolon = value.IndexOf((byte)';');
        if (semicolon <= 0 || value.Length > SmtpLimits.OriginalRecipientMax)
        {
            return false;
        }

        ReadOnlySpan<byte> type = value[..semicolon];
        ReadOnlySpan<byte> address = value[(semicolon + 1)..];
        if (type.ContainsAnyExcept(AtomOctets) || address.IsEmpty)
        {
            return false;
        }

        if (Ascii.IsValid(address))
        {
            return Xtext.IsValid(address);
        }

        hasUtf8 = true;
        return Ascii.EqualsIgnoreCase(type, "utf-8"u8)
            && Utf8.IsValid(address)
            && !address.ContainsAnyInRange((byte)0, (byte)' ');
    }
}
