using System.Buffers;
using BenchmarkDotNet.Attributes;
using Relay.Smtp.Data;

namespace Relay.Benchmarks.Smtp;

/// <summary>
/// One pass over 64 KiB of 78-column text, in cache. The baseline only touches every octet: a vectorised search for one
/// that is not there.
/// </summary>
[MemoryDiagnoser]
public class ContentScanningBenchmarks
{
    private const int Size = 64 * 1024;

    private ReadOnlySequence<byte> _input;

    /// <summary>Octets of a segment; 4080 is what a transport's 4 KB block leaves when reads do not fill it.</summary>
    [Params(Size, 4096, 4080, 1460)]
    public int Segment { get; set; }

    [Params("text", "dotty")]
    public string Content { get; set; } = "text";

    [GlobalSetup]
    public void SetUp() => _input = Corpus.Segments(Corpus.Text(Size, Content == "dotty" ? 3 : 0), Segment);

    [Benchmark(Baseline = true)]
    public bool TouchEveryOctet()
    {
        bool found = false;
        foreach (ReadOnlyMemory<byte> segment in _input)
        {
            found |= segment.Span.Contains((byte)0xFF);
        }

        return found;
    }

    [Benchmark]
    public long Scan()
    {
        var scanner = default(ContentScanner);
        scanner.Scan(_input, out long consumed);
        return consumed;
    }
}
