using System.Net;
using System.Text;
using Relay.Tls;

namespace Relay.Routing.Clients;

/// <summary>
/// What the checks know of a client, in the forms in which the tables are asked. Made once per connection; immutable.
/// </summary>
public sealed class ClientFacts
{
    public ClientFacts(IPAddress? address, ClientResolution resolution, string? pointer)
    {
        Address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        Pointer = pointer;
        Resolution = address is null ? ClientResolution.Ok : resolution;
        IsConfirmed = address is null || (resolution == ClientResolution.Ok && pointer is not null);
        AddressText = Address is null ? string.Empty : TextOf(Address);
        Name = Address is null ? "localhost" : IsConfirmed ? pointer! : $"[{AddressText}]";
        NameKey = Encoding.UTF8.GetBytes(Name.ToLowerInvariant());
        AddressKey = Encoding.ASCII.GetBytes(AddressText.ToLowerInvariant());
        IsThisMachine = Address is null || Address.Equals(IPAddress.Loopback) || Address.Equals(IPAddress.IPv6Loopback);
    }

    /// <summary>Never an IPv4-mapped IPv6 address; null if there is none (a Unix-domain socket).</summary>
    public IPAddress? Address { get; }

    /// <summary>
    /// Sendmail's <c>client_addr</c>: <c>192.0.2.1</c> or <c>IPv6:2001:db8::1</c>; empty without one.
    /// </summary>
    public string AddressText { get; }

    /// <summary>Sendmail's <c>client_name</c>: the confirmed name, else the address in brackets.</summary>
    public string Name { get; }

    /// <summary>Sendmail's <c>client_ptr</c>: the name that the DNS gives for the address, confirmed or not.</summary>
    public string? Pointer { get; }

    public ClientResolution Resolution { get; }

    /// <summary>The name has the address.</summary>
    public bool IsConfirmed { get; }

    /// <summary>127.0.0.1, ::1 or no address at all: may relay by default. The rest of 127/8 is foreign.</summary>
    public bool IsThisMachine { get; }

    /// <summary>
    /// Its authentication was by a mechanism that is trusted (TRUST_AUTH_MECH): check_rcpt stops there.
    /// </summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>Who it has proved to be, trusted for relaying or not; empty if nobody.</summary>
    public ReadOnlyMemory<byte> AuthenticatedIdentity { get; init; }

    /// <summary>The TLS session with it; null in clear.</summary>
    public TlsInfo? Tls { get; init; }

    /// <summary>A user of this machine who submits mail, whom the kernel has named: no client of the network.</summary>
    public bool IsLocalUser { get; init; }

    /// <summary>Daemon modifier u: the listener takes addresses without a domain.</summary>
    public bool AllowsUnqualified { get; init; }

    /// <summary>Daemon modifier f: the listener demands domains with a dot.</summary>
    public bool RequiresFullDomain { get; init; }

    internal byte[] NameKey { get; }

    internal byte[] AddressKey { get; }

    /// <summary>An address as Sendmail writes it.</summary>
    public static string TextOf(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"IPv6:{address}" : $"{address}";
}
