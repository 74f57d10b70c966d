using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Relay.Tables;
using Relay.Tables.Access;
using Relay.Tables.Addresses;
using Relay.Tables.Text;

namespace Relay.Benchmarks.Tables;

/// <summary>
/// Loading a million entries: at most 2 s, at most 150 octets each beyond their text. The baseline copies the text, as
/// each load must.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5, invocationCount: 1)]
public class TableLoadBenchmarks
{
    private const int Entries = 1_000_000;

    private byte[] _access = [];
    private byte[] _virtUser = [];

    [GlobalSetup]
    public void Setup()
    {
        _access = TableTexts.Access(Entries);
        _virtUser = TableTexts.VirtUser(Entries);
        Console.WriteLine($"access: {OctetsPerEntry(LoadAccess().Entries, _access.Length):F1} octets per entry");
        Console.WriteLine($"virtusertable: {OctetsPerEntry(LoadVirtUser().Entries, _virtUser.Length):F1} per entry");
    }

    [Benchmark(Baseline = true)]
    public byte[] CopyText() => [.. _access];

    [Benchmark]
    public AccessTable LoadAccess() =>
        AccessReader.Read(new TableText("access", [.. _access]), new ProblemList("access"));

    [Benchmark]
    public VirtUserTable LoadVirtUser() =>
        VirtUserTable.Read(new TableText("virtusertable", [.. _virtUser]), new ProblemList("virtusertable"));

    private static double OctetsPerEntry(ILookupTable entries, int text) =>
        (((TextTable)entries).Octets - text) / (double)entries.Count;
}
