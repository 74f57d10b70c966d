using System.Net;
using System.Text;
using Relay.Dns;
using Relay.Smtp.Addressing;

namespace Relay.Routing.Lookups;

/// <summary>
/// Sendmail's map <c>resolve</c>: a sender's domain exists if it has MX, A or AAAA records, directly or by a CNAME;
/// a domain literal if its address has a name. Thread-safe.
/// </summary>
internal sealed class SenderDomainLookup(IDnsResolver dns)
{
    /// <summary>The answer from what is known; false if the DNS must be asked. Allocates nothing.</summary>
    public bool TryGetKnown(ReadOnlySpan<byte> domain, out DomainExistence existence)
    {
        existence = default;
        if (domain.IsEmpty || domain[0] == (byte)'['
            || !dns.TryGetCached(domain, DnsRecordType.Mx, out DnsAnswer? exchanges))
        {
            return false;
        }

        existence = exchanges.Status == DnsStatus.Found ? DomainExistence.Exists : DomainExistence.Missing;
        return exchanges.Status is DnsStatus.Found or DnsStatus.NameError;
    }

    public async ValueTask<DomainExistence> AskAsync(ReadOnlyMemory<byte> domain, CancellationToken cancellation)
    {
        if (domain.Span[0] == (byte)'[')
        {
            return await AskLiteralAsync(domain, cancellation);
        }

        string name = Encoding.ASCII.GetString(domain.Span);
        bool isUnknown = false;
        foreach (DnsRecordType type in (DnsRecordType[])[DnsRecordType.Mx, DnsRecordType.A, DnsRecordType.Aaaa])
        {
            DnsAnswer answer = await dns.QueryAsync(name, type, cancellation);
            switch (answer.Status)
            {
                case DnsStatus.Found:
                    return DomainExistence.Exists;
                case DnsStatus.NameError:
                    return DomainExistence.Missing;
                default:
                    isUnknown |= answer.Status == DnsStatus.TemporaryFailure;
                    break;
            }
        }

        return isUnknown ? DomainExistence.Unknown : DomainExistence.Missing;
    }

    private async ValueTask<DomainExistence> AskLiteralAsync(
        ReadOnlyMemory<byte> literal, CancellationToken cancellation)
    {
        if (!AddressLiteral.TryParse(literal.Span, out AddressLiteral parsed))
        {
            return DomainExistence.Missing;
        }

        byte[] octets = new byte[parsed.Length];
        parsed.WriteTo(octets);
        DnsAnswer names = await dns.QueryAsync(
            ReverseName.ForPointer(new IPAddress(octets)), DnsRecordType.Ptr, cancellation);
        return names.Status switch
        {
            DnsStatus.Found => DomainExistence.Exists,
            DnsStatus.TemporaryFailure => DomainExistence.Unknown,
            _ => DomainExistence.Missing,
        };
    }
}
