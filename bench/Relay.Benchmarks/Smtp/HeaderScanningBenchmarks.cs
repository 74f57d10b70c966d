using BenchmarkDotNet.Attributes;
using Relay.Smtp.Data;

namespace Relay.Benchmarks.Smtp;

/// <summary>A 2 KB message as the session looks at it. The baseline only looks for the end of the header.</summary>
[MemoryDiagnoser]
public class HeaderScanningBenchmarks
{
    private readonly byte[] _message = Corpus.Message(2048);

    [Benchmark(Baseline = true)]
    public int FindEndOfHeader() => _message.AsSpan().IndexOf("\r\n\r\n"u8);

    [Benchmark]
    public int ScanHeader()
    {
        var scanner = default(HeaderScanner);
        scanner.Scan(_message);
        return scanner.ReceivedCount;
    }

    [Benchmark]
    public int ScanContent()
    {
        var scanner = default(ContentScanner);
        scanner.Scan(_message, out int consumed);
        return consumed;
    }
}
