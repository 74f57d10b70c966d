using System.Net;

namespace Relay.Server.Policies;

/// <summary>
/// What is known of a client; made once per connection, completed by the session as it learns more.
/// </summary>
public sealed class ClientIdentity
{
    public ClientIdentity(IPAddress address, int port, string listener)
    {
        Address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Port = port;
        Listener = listener;
    }

    /// <summary>Never an IPv4-mapped IPv6 address.</summary>
    public IPAddress Address { get; }

    public int Port { get; }

    /// <summary>The name of the listener that it came in on.</summary>
    public string Listener { get; }

    /// <summary>
    /// The confirmed host name, or null while none is known (reverse DNS comes with its own floor).
    /// </summary>
    public string? HostName { get; set; }

    /// <summary>The HELO/EHLO argument; empty before it.</summary>
    public byte[] Helo { get; set; } = [];

    /// <summary>The authenticated identity, or null.</summary>
    public string? AuthenticatedIdentity { get; set; }
}
