namespace Relay.Benchmarks.Allocations;

/// <summary>One operation whose allocation is held to bench/allocations.json.</summary>
/// <param name="Name">The key in the file.</param>
/// <param name="Operation">Done many times; may keep and reuse what a session would.</param>
/// <param name="AllThreads">
/// Counts what all threads allocate instead of the calling one, per operation and rounded down: for operations that
/// work elsewhere too.
/// </param>
/// <param name="Count">How often it is measured.</param>
public sealed record AllocationItem(string Name, Action Operation, bool AllThreads = false, int Count = 10_000);
