using System.Text;
using Relay.Smtp.Addressing;

namespace Relay.Routing.Resolution;

/// <summary>The reserved mailbox (RFC 5321 §4.5.1): <c>postmaster</c> alone or at our own name, in any case.</summary>
internal static class Postmaster
{
    private static ReadOnlySpan<byte> Name => "postmaster"u8;

    public static bool Is(ReadOnlySpan<byte> forwardPath, ReadOnlySpan<byte> ownName)
    {
        if (forwardPath.Length < Name.Length || !Ascii.EqualsIgnoreCase(forwardPath[..Name.Length], Name))
        {
            return false;
        }

        return forwardPath.Length == Name.Length
            || (Mailbox.TrySplit(forwardPath, out ReadOnlySpan<byte> localPart, out ReadOnlySpan<byte> domain)
                && localPart.Length == Name.Length
                && Ascii.EqualsIgnoreCase(domain, ownName));
    }
}
