using Relay.Benchmarks.Allocations;
using Relay.Dns;

namespace Relay.Benchmarks.Dns;

/// <summary>What is in the DNS' cache costs a look-up, and no memory.</summary>
internal sealed class DnsAllocationItems : IAllocationItems, IDisposable
{
    private const string Name = "mail.example.org";

    private readonly OneAnswerServer _server = new();
    private readonly DnsResolver _resolver;

    public DnsAllocationItems()
    {
        _resolver = new DnsResolver(
            new DnsOptions { Servers = [_server.EndPoint], ResolvConf = string.Empty, HostsFile = string.Empty },
            TimeProvider.System);
        DnsAnswer answer = _resolver.QueryAsync(Name, DnsRecordType.A, default).AsTask().GetAwaiter().GetResult();
        Require(answer.Status == DnsStatus.Found);
    }

    public IEnumerable<AllocationItem> Items =>
    [
        new("dns.cache-hit", () => Require(_resolver.TryGetCached("mail.example.org"u8, DnsRecordType.A, out _))),
        new("dns.query-cached", () => Require(
            _resolver.QueryAsync(Name, DnsRecordType.A, default).IsCompletedSuccessfully)),
    ];

    public void Dispose() => _server.Dispose();

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException("the name is not in the cache");
        }
    }
}
