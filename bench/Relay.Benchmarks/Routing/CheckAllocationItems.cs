using Relay.Benchmarks.Allocations;
using Relay.Routing.Options;

namespace Relay.Benchmarks.Routing;

/// <summary>A command that is allowed allocates nothing in the checks.</summary>
internal sealed class CheckAllocationItems : IAllocationItems
{
    private readonly CheckedSession _session = new(1000, DelayChecks.Off);
    private readonly CheckedSession _delayed = new(1000, DelayChecks.On);

    public IEnumerable<AllocationItem> Items =>
    [
        new("check.relay", () => _session.Connect()),
        new("check.mail", () => _session.Mail()),
        new("check.rcpt", () => _session.Rcpt()),
        new("check.rcpt-delayed", () => _delayed.Rcpt()),
        new("check.resolve", () => _session.Resolve()),
    ];
}
