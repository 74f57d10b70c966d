using System.Net;
using System.Text;
using Relay.Server.Policies;

namespace Relay.Host.Tables;

/// <summary>
/// Whether a client may relay to anywhere: 127.0.0.1 and ::1 (no other loopback address), and whom relay-domains and
/// access name by address or confirmed name. Allocates nothing.
/// </summary>
internal static class RelayRight
{
    private static readonly IPAddress LoopbackIPv4 = IPAddress.Loopback;
    private static readonly IPAddress LoopbackIPv6 = IPAddress.IPv6Loopback;

    public static bool HasClient(TableSet set, ClientIdentity client)
    {
        // The identity unmaps ::ffff:127.0.0.1; the rest of 127/8 is as foreign as any other network.
        if (client.Address.Equals(LoopbackIPv4) || client.Address.Equals(LoopbackIPv6)
            || set.Permissions.MayRelayFrom(client.Address))
        {
            return true;
        }

        if (client.HostName is not { Length: > 0 and <= DomainName.LengthMax } name || !Ascii.IsValid(name))
        {
            return false;
        }

        Span<byte> folded = stackalloc byte[DomainName.LengthMax];
        Ascii.ToLower(name, folded, out int written);
        return set.Permissions.MayRelayFrom(folded[..written], set.ExactDomains);
    }
}
