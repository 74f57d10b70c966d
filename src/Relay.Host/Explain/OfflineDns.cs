using System.Diagnostics.CodeAnalysis;
using Relay.Dns;

namespace Relay.Host.Explain;

/// <summary>A DNS that is not asked: every question has failed for now.</summary>
internal sealed class OfflineDns : IDnsResolver
{
    public bool TryGetCached(
        ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer)
    {
        answer = null;
        return false;
    }

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation) =>
        ValueTask.FromResult(new DnsAnswer { Status = DnsStatus.TemporaryFailure, CanonicalName = name });
}
