using System.Diagnostics.CodeAnalysis;

namespace Relay.Dns;

/// <summary>
/// The one way to the DNS. Names are absolute, with or without a dot at the end, as A-labels, in any case; no search
/// list applies. CNAMEs are followed within bounds. Never throws for what the DNS says. Thread-safe.
/// </summary>
public interface IDnsResolver
{
    /// <summary>
    /// The answer from the cache, without waiting and without allocating; false if it must be asked for.
    /// </summary>
    bool TryGetCached(ReadOnlySpan<byte> name, DnsRecordType type, [NotNullWhen(true)] out DnsAnswer? answer);

    /// <summary>
    /// Asks; answers come from the cache while they live. Equal questions at one time are asked once.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellation);
}
