using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Relay.Dns;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>Asks another resolver, and prints each question and its answer while <c>-d8</c> is on.</summary>
internal sealed class DebuggingResolver(IDnsResolver dns, TextWriter output, DebugLevels levels) : IDnsResolver
{
    public bool TryGetCached(ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer) =>
        dns.TryGetCached(name, type, out answer);

    public async ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation)
    {
        DnsAnswer answer = await dns.QueryAsync(name, type, cancellation);
        if (levels[DebugLevels.Dns] > 0)
        {
            string records = string.Join(", ", Records(answer));
            string found = records.Length > 0 ? $": {records}" : string.Empty;
            output.WriteLine(Printable.Of(
                $"dns_lookup({name}, {type.ToString().ToUpperInvariant()}) => {answer.Status}{found}"));
        }

        return answer;
    }

    private static IEnumerable<string> Records(DnsAnswer answer) =>
        answer.Exchanges.Select(static mx => string.Create(
                CultureInfo.InvariantCulture, $"{mx.Preference} {mx.Exchange}"))
            .Concat(answer.Addresses.Select(static address => address.ToString()))
            .Concat(answer.Names);
}
