using System.Diagnostics.CodeAnalysis;
using Relay.Dns;

namespace Relay.Benchmarks.Routing;

/// <summary>A DNS in whose cache every domain is: what the checks cost, without the questions.</summary>
internal sealed class KnownDomains : IDnsResolver
{
    private readonly DnsAnswer _answer = new()
    {
        Status = DnsStatus.Found,
        CanonicalName = "example.org",
        Exchanges = [new MxRecord(10, "mx.example.org")],
    };

    public bool TryGetCached(ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        answer = _answer;
        return true;
    }

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation) =>
        ValueTask.FromResult(_answer);
}
