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
    /// <summary>In the order in which they are asked; any of them will do.</summary>
    private static readonly DnsRecordType[] Types = [DnsRecordType.Mx, DnsRecordType.A, DnsRecordType.Aaaa];

    /// <summary>The answer from what is known; false if the DNS must be asked. Allocates nothing.</summary>
    public bool TryGetKnown(ReadOnlySpan<byte> domain, out DomainExistence existence)
    {
        existence = DomainExistence.Missing;
        if (domain.IsEmpty || domain[0] == (byte)'[')
        {
            return false;
        }

        foreach (DnsRecordType type in Types)
        {
            if (!dns.TryGetCached(domain, type, out DnsAnswer? answer)
                || answer.Status == DnsStatus.TemporaryFailure)
            {
                return false;
            }

            if (answer.Status != DnsStatus.NoData)
            {
                existence = answer.Status == DnsStatus.Found ? DomainExistence.Exists : DomainExistence.Missing;
                return true;
            }
        }

        return true;
    }

    public async ValueTask<DomainExistence> AskAsync(ReadOnlyMemory<byte> domain, CancellationToken cancellation)
    {
        if (domain.Span[0] == (byte)'[')
        {
            return await AskLiteralAsync(domain, cancellation);
        }

        string name = Encoding.ASCII.GetString(domain.Span);
        bool isUnknown = false;
        foreach (DnsRecordType type in Types)
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
