using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Routing.Lookups;

/// <summary>Addresses as names of the DNS, the last octet or nibble first.</summary>
internal static class ReverseName
{
    /// <summary>The name that PTR is asked of (RFC 1035 §3.5, RFC 3596 §2.5).</summary>
    public static string ForPointer(IPAddress address) =>
        Under(address, address.AddressFamily == AddressFamily.InterNetwork ? "in-addr.arpa" : "ip6.arpa");

    /// <summary>The name of the address in a list (RFC 5782 §2.1, §2.4).</summary>
    public static string Under(IPAddress address, string zone)
    {
        byte[] octets = address.GetAddressBytes();
        var name = new StringBuilder(zone.Length + (octets.Length * 4));
        for (int i = octets.Length - 1; i >= 0; i--)
        {
            if (octets.Length == 4)
            {
                name.Append(CultureInfo.InvariantCulture, $"{octets[i]}.");
            }
            else
            {
                name.Append(CultureInfo.InvariantCulture, $"{octets[i] & 15:x}.{octets[i] >> 4:x}.");
            }
        }

        return name.Append(zone).ToString();
    }
}
