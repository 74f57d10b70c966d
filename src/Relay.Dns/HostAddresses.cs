using System.Net;

namespace Relay.Dns;

/// <summary>The addresses of a host. Immutable.</summary>
/// <param name="Status">Found if there is at least one; a temporary failure is never final.</param>
/// <param name="Addresses">In the order in which the families are to be tried.</param>
public sealed record HostAddresses(DnsStatus Status, IReadOnlyList<IPAddress> Addresses)
{
    public static HostAddresses TemporaryFailure { get; } = new(DnsStatus.TemporaryFailure, []);

    public static HostAddresses NoData { get; } = new(DnsStatus.NoData, []);

    public static HostAddresses NameError { get; } = new(DnsStatus.NameError, []);

    public static HostAddresses Of(params IReadOnlyList<IPAddress> addresses) =>
        addresses.Count == 0 ? NoData : new HostAddresses(DnsStatus.Found, addresses);
}
