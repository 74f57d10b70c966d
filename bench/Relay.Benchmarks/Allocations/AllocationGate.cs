using System.Globalization;
using System.Text.Json;

namespace Relay.Benchmarks.Allocations;

/// <summary>
/// Measures bytes allocated per operation and compares them with bench/allocations.json, exactly. Fast and free of
/// timing, so that CI can fail on it.
/// </summary>
internal static class AllocationGate
{
    private const int WarmUpCount = 200;

    /// <param name="filter">Only items whose names contain one of these; all if empty.</param>
    /// <returns>The exit code: 0 if all pass.</returns>
    public static int Run(IReadOnlyList<string> filter, TextWriter output)
    {
        Dictionary<string, long> expectations = ReadExpectations();
        int passed = 0;
        int failed = 0;
        foreach (Type type in FindGroups())
        {
            var group = (IAllocationItems)Activator.CreateInstance(type)!;
            foreach (AllocationItem item in group.Items)
            {
                bool isExpected = expectations.Remove(item.Name, out long expected);
                if (filter.Count > 0 && !filter.Any(part => item.Name.Contains(part, StringComparison.Ordinal)))
                {
                    continue;
                }

                string measured = Measure(item);
                bool passes = isExpected && measured == expected.ToString(CultureInfo.InvariantCulture);
                passed += passes ? 1 : 0;
                failed += passes ? 0 : 1;
                string expectation = isExpected ? $"expected {expected}" : "not in allocations.json";
                output.WriteLine($"{(passes ? "pass" : "FAIL")}  {item.Name,-48} {measured} B, {expectation}");
            }

            (group as IDisposable)?.Dispose();
        }

        foreach (string name in expectations.Keys)
        {
            output.WriteLine($"FAIL  {name,-48} in allocations.json, but there is no such item");
            failed++;
        }

        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static IEnumerable<Type> FindGroups() =>
        typeof(AllocationGate).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false })
            .Where(type => type.IsAssignableTo(typeof(IAllocationItems)))
            .OrderBy(type => type.FullName, StringComparer.Ordinal);

    private static Dictionary<string, long> ReadExpectations()
    {
        byte[] json = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "allocations.json"));
        return JsonSerializer.Deserialize<Dictionary<string, long>>(json)!;
    }

    /// <returns>Bytes per operation; the whole sum if some were allocated, yet less than one per operation.</returns>
    private static string Measure(AllocationItem item)
    {
        for (int i = 0; i < WarmUpCount; i++)
        {
            item.Operation();
        }

        // What the runtime itself allocates now and then is not the operation's: the best of three counts.
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = Allocated(item);
            for (int i = 0; i < item.Count; i++)
            {
                item.Operation();
            }

            least = Math.Min(least, Allocated(item) - before);
        }

        return item.AllThreads || least % item.Count == 0 || least > item.Count
            ? (least / item.Count).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{least}/{item.Count}");
    }

    private static long Allocated(AllocationItem item) =>
        item.AllThreads ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}
