using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace Relay.Benchmarks.Smtp;

/// <summary>
/// Each command from the input's octets to its parsed view. The baseline only finds the end of the line.
/// </summary>
[MemoryDiagnoser]
public class CommandParsingBenchmarks
{
    private ReadOnlySequence<byte> _input;
    private ReadOnlySequence<byte> _cut;

    [ParamsSource(nameof(Lines))]
    public string Line { get; set; } = string.Empty;

    public static IEnumerable<string> Lines => Corpus.CommandLines;

    [GlobalSetup]
    public void SetUp()
    {
        byte[] octets = Encoding.ASCII.GetBytes(Line + "\r\n");
        _input = new ReadOnlySequence<byte>(octets);
        _cut = Corpus.Segments(octets, (octets.Length + 1) / 2);
    }

    [Benchmark(Baseline = true)]
    public int FindLineEnd() => _input.FirstSpan.IndexOf("\r\n"u8);

    [Benchmark]
    public long Parse() => Commands.Parse(_input);

    [Benchmark]
    public long ParseAcrossTwoSegments() => Commands.Parse(_cut);
}
