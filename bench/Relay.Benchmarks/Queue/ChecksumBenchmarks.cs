using System.Numerics;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Relay.Queue.Journal;

namespace Relay.Benchmarks.Queue;

/// <summary>
/// The checksum of a record: of a 2 KB message's, of a chunk of a large one. Each octet is summed up when it is written
/// and when it is read. The baseline is the processor's instruction, each waiting for the one before.
/// </summary>
public class ChecksumBenchmarks
{
    private byte[] _octets = [];

    [Params(2700, 65536)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _octets = new byte[Length];
        new Random(1).NextBytes(_octets);
    }

    [Benchmark(Baseline = true)]
    public uint OneAfterTheOther()
    {
        uint state = 1;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(_octets))
        {
            state = BitOperations.Crc32C(state, word);
        }

        return state;
    }

    [Benchmark]
    public uint Checksum() => Crc32C.Append(1, _octets);
}
