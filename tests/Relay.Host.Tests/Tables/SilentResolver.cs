using System.Diagnostics.CodeAnalysis;
using Relay.Dns;

namespace Relay.Host.Tests.Tables;

/// <summary>A DNS that never answers.</summary>
internal sealed class SilentResolver : IDnsResolver
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
