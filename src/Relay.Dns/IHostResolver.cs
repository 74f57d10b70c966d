namespace Relay.Dns;

/// <summary>Finds mail hosts and their addresses. Never throws for what the DNS says. Thread-safe.</summary>
public interface IHostResolver
{
    /// <summary>The addresses of a host.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    ValueTask<HostAddresses> ResolveAsync(string host, HostOrigin origin, CancellationToken cancellation);

    /// <summary>
    /// The MX records of a name, as a question of type MX is answered: NoData means that the name (or rather
    /// <see cref="DnsAnswer.CanonicalName"/>) is its own mail host. That is also the answer for what the administrator
    /// wrote as an address or has in the hosts file.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    ValueTask<DnsAnswer> ResolveExchangesAsync(string name, HostOrigin origin, CancellationToken cancellation);
}
