using System.Net;
using System.Net.Sockets;
using Relay.Dns;
using Relay.Routing.Lookups;
using Relay.Tables;

namespace Relay.Routing.Clients;

/// <summary>
/// The name of a client: PTR of its address, confirmed by the addresses of that name. Thread-safe.
/// </summary>
public sealed class ClientResolver(IDnsResolver dns)
{
    /// <summary>An address with more names than this is nobody's mail server.</summary>
    private const int NamesMax = 5;

    /// <summary>127.0.0.1, ::1 and no address are <c>localhost</c> without a question.</summary>
    public ValueTask<ClientFacts> ResolveAsync(IPAddress? address, CancellationToken cancellation)
    {
        if (address is null || IPAddress.Loopback.Equals(Unmap(address)) || IPAddress.IPv6Loopback.Equals(address))
        {
            return ValueTask.FromResult(new ClientFacts(address, ClientResolution.Ok, "localhost"));
        }

        return AskAsync(Unmap(address), cancellation);
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private async ValueTask<ClientFacts> AskAsync(IPAddress address, CancellationToken cancellation)
    {
        DnsAnswer pointers = await dns.QueryAsync(
            ReverseName.ForPointer(address), DnsRecordType.Ptr, cancellation);
        if (pointers.Status == DnsStatus.TemporaryFailure)
        {
            return new ClientFacts(address, ClientResolution.Temp, null);
        }

        var resolution = ClientResolution.Fail;
        string? first = null;
        DnsRecordType type = address.AddressFamily == AddressFamily.InterNetwork
            ? DnsRecordType.A
            : DnsRecordType.Aaaa;
        foreach (string pointer in pointers.Names.Take(NamesMax))
        {
            // What is no host name is no name; it would go into the log and the trace field.
            if (!DomainName.TryNormalize(pointer, out string name))
            {
                continue;
            }

            first ??= name;
            DnsAnswer addresses = await dns.QueryAsync(name, type, cancellation);
            if (addresses.Addresses.Contains(address))
            {
                return new ClientFacts(address, ClientResolution.Ok, name);
            }

            resolution = addresses.Status == DnsStatus.TemporaryFailure || resolution == ClientResolution.Temp
                ? ClientResolution.Temp
                : ClientResolution.Forged;
        }

        return new ClientFacts(address, resolution, first);
    }
}
