using System.Net;
using Relay.Smtp;
using Relay.Tls;

namespace Relay.Server.Policies;

/// <summary>
/// What is known of a client; made once per connection. The connection policy completes name and resolution before
/// it decides, the session the rest as it learns more. Used by one thread at a time.
/// </summary>
public sealed class ClientIdentity
{
    public ClientIdentity(IPAddress address, int port, string listener)
    {
        Address = Unmapped(address);
        Port = port;
        Listener = listener;
    }

    /// <summary>Never an IPv4-mapped IPv6 address. Sendmail: <c>client_addr</c>.</summary>
    public IPAddress Address { get; }

    public int Port { get; }

    /// <summary>The name of the listener that it came in on. Sendmail: <c>daemon_name</c>.</summary>
    public string Listener { get; }

    /// <summary>Sendmail: <c>daemon_flags</c>.</summary>
    public ListenerModifiers Modifiers { get; init; }

    /// <summary>
    /// The user that connected to a Unix-domain socket, by the kernel's word; null for clients from the network.
    /// </summary>
    public uint? LocalUserId { get; init; }

    /// <summary>The process that connected to a Unix-domain socket; 0 for clients from the network.</summary>
    public int LocalProcessId { get; init; }

    /// <summary>
    /// Who submits on a Unix-domain socket; null for all others. Set by the connection policy, which knows the names.
    /// </summary>
    public LocalUser? LocalUser { get; set; }

    /// <summary>Our address that it connected to, or null (a Unix-domain socket). Sendmail: <c>if_addr</c>.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>The load average from which on its listener delays commands; 0 is that of all listeners.</summary>
    internal int DelayLoad { get; init; }

    /// <summary>The load average from which on its listener only queues mail; 0 is none of its own.</summary>
    internal int QueueLoad { get; init; }

    /// <summary>Its listener only queues mail.</summary>
    internal bool QueuesOnly { get; init; }

    /// <summary>
    /// The octets of the address of ours that the connection, or that of the proxy before it, came in on; empty where
    /// the listener has no use for it.
    /// </summary>
    internal byte[] ArrivalAddress { get; init; } = [];

    /// <summary>What mail does with <see cref="ArrivalAddress"/>.</summary>
    internal ArrivalUses ArrivalUses => ArrivalAddress.Length > 0 ? UsesOf(Modifiers) : ArrivalUses.None;

    /// <summary>
    /// Connections from its address within the last 60 seconds, refused ones and this one included. Sendmail:
    /// <c>client_rate</c>.
    /// </summary>
    public int ConnectionRate { get; init; }

    /// <summary>Open connections from its address, this one included. Sendmail: <c>client_connections</c>.</summary>
    public int OpenConnections { get; init; }

    /// <summary>
    /// The confirmed host name, or null while none is known. Set by the connection policy. Sendmail:
    /// <c>client_name</c>, which is <c>[address]</c> for null.
    /// </summary>
    public string? HostName { get; set; }

    /// <summary>
    /// The PTR record's name as it is, confirmed or not; null if there is none. Set by the connection policy.
    /// Sendmail: <c>client_ptr</c>.
    /// </summary>
    public string? PtrName { get; set; }

    /// <summary>Set by the connection policy.</summary>
    public ClientResolution Resolution { get; set; }

    /// <summary>The HELO/EHLO argument; empty before it.</summary>
    public byte[] Helo { get; set; } = [];

    /// <summary>The TLS session; null while the connection is in clear. Set by the session.</summary>
    public TlsInfo? Tls { get; set; }

    /// <summary>The authenticated identity, or null.</summary>
    public string? AuthenticatedIdentity { get; set; }

    /// <summary>
    /// The mechanism that proved it, by its registered name; null without one. Sendmail: <c>auth_type</c>.
    /// </summary>
    public string? AuthenticationMechanism { get; set; }

    /// <summary>The mechanism is one of those trusted for relaying. Sendmail: class <c>{TrustAuthMech}</c>.</summary>
    public bool MayRelayByAuthentication { get; set; }

    /// <summary>The policies' own: what they learned of this client and need again. The server does not look.</summary>
    public object? PolicyState { get; set; }

    /// <summary>What the listener's modifiers have the address for that mail comes in on.</summary>
    internal static ArrivalUses UsesOf(ListenerModifiers modifiers) =>
        ((modifiers & ListenerModifiers.SendFromArrivalAddress) != 0 ? ArrivalUses.SourceAddress : ArrivalUses.None)
        | ((modifiers & ListenerModifiers.ArrivalNameInHello) != 0 ? ArrivalUses.HelloName : ArrivalUses.None);

    internal static IPAddress Unmapped(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
