using System.Net;
using Relay.Dns;
using Relay.Routing.Clients;

namespace Relay.Host.Tables;

/// <summary>
/// Looks whether other servers will believe our name: full, with an address of this machine, and that address leading
/// back to the name. Warnings only: the relay may stand behind a translator of addresses.
/// </summary>
internal static class HostNameCheck
{
    public static async Task<IReadOnlyList<string>> RunAsync(
        string hostName, IReadOnlyList<IPAddress> ownAddresses, IDnsResolver dns, CancellationToken cancellation)
    {
        if (!hostName.Contains('.', StringComparison.Ordinal))
        {
            return [$"hostname \"{hostName}\" has no domain: other servers expect a name such as mail.example.org"];
        }

        var warnings = new List<string>();
        var addresses = new List<IPAddress>();
        bool isUnknown = false;
        foreach (DnsRecordType type in (DnsRecordType[])[DnsRecordType.A, DnsRecordType.Aaaa])
        {
            DnsAnswer answer = await dns.QueryAsync(hostName, type, cancellation);
            addresses.AddRange(answer.Addresses);
            isUnknown |= answer.Status == DnsStatus.TemporaryFailure;
        }

        if (addresses.Count == 0)
        {
            return isUnknown
                ? [$"hostname \"{hostName}\" could not be looked up: the DNS does not answer"]
                : [$"hostname \"{hostName}\" has no A or AAAA record: other servers may refuse our mail"];
        }

        if (!addresses.Any(ownAddresses.Contains))
        {
            warnings.Add(
                $"hostname \"{hostName}\" has the address {string.Join(", ", addresses)}, which is none of this "
                + "machine's");
        }

        var resolver = new ClientResolver(dns);
        foreach (IPAddress address in addresses)
        {
            ClientFacts facts = await resolver.ResolveAsync(address, cancellation);
            if (facts.Resolution != ClientResolution.Temp
                && !string.Equals(facts.Pointer, hostName, StringComparison.OrdinalIgnoreCase))
            {
                warnings.Add(
                    $"{address}, an address of hostname \"{hostName}\", has the name {facts.Pointer ?? "of nobody"} in "
                    + "the DNS (PTR): other servers may refuse our mail");
            }
        }

        return warnings;
    }
}
