using System.Net;

namespace Relay.Delivery.Tls;

/// <summary>The host connected to. Sendmail: <c>${server_name}</c> and <c>${server_addr}</c>.</summary>
/// <param name="Host">The name that it was looked up by, or its address; without a dot at its end.</param>
/// <param name="Address">Null for a Unix-domain socket.</param>
/// <param name="Port">TCP port; 0 for a Unix-domain socket.</param>
public readonly record struct TlsPeer(string Host, IPAddress? Address, int Port);
