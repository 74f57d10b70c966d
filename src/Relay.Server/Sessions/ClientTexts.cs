using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Server.Policies;

namespace Relay.Server.Sessions;

/// <summary>What is printed of a client; made when it connects, and again when it has a name.</summary>
/// <param name="Client">
/// <c>name [1.2.3.4]</c>, <c>[1.2.3.4]</c>, or <c>name [1.2.3.4] (may be forged)</c> for a name that does not lead
/// back; <c>user@localhost</c> for local submission.
/// </param>
/// <param name="AddressLiteral"><c>[1.2.3.4]</c> or <c>[IPv6:2001:db8::1]</c> (RFC 5321 §4.1.3).</param>
/// <param name="Listener">The listener's name.</param>
internal readonly record struct ClientTexts(byte[] Client, byte[] AddressLiteral, byte[] Listener)
{
    public static ClientTexts Of(ClientIdentity client, byte[] listener)
    {
        string literal = client.Address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[IPv6:{new IPAddress(client.Address.GetAddressBytes())}]" // without a zone
            : $"[{client.Address}]";
        byte[] octets = Encoding.ASCII.GetBytes(literal);
        return new ClientTexts(
            client.LocalUser is { } user ? Encoding.UTF8.GetBytes($"{user.Name}@localhost")
                : client.HostName is { } name ? Encoding.ASCII.GetBytes($"{name} {literal}")
                : client is { Resolution: ClientResolution.Forged, PtrName: { } ptr }
                    ? Encoding.ASCII.GetBytes($"{ptr} {literal} (may be forged)")
                : octets,
            octets,
            listener);
    }
}
