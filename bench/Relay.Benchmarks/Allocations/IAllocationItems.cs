namespace Relay.Benchmarks.Allocations;

/// <summary>
/// A group of items for the gate. Every class with this interface and a constructor without parameters is found; one
/// that is also <see cref="IDisposable"/> is disposed of when its items are done.
/// </summary>
public interface IAllocationItems
{
    IEnumerable<AllocationItem> Items { get; }
}
