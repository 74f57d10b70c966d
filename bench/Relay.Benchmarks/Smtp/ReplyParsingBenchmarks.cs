using System.Buffers;
using BenchmarkDotNet.Attributes;
using Relay.Smtp.Replies;

namespace Relay.Benchmarks.Smtp;

/// <summary>Replies of a remote server. The baseline only finds the end of the first line.</summary>
[MemoryDiagnoser]
public class ReplyParsingBenchmarks
{
    private readonly ReadOnlySequence<byte> _one = new("250 2.0.0 Ok: queued as 4bXyz123\r\n"u8.ToArray());
    private readonly ReadOnlySequence<byte> _ehlo = new(Corpus.EhloReply);

    [Benchmark(Baseline = true)]
    public int FindLineEnd() => _one.FirstSpan.IndexOf("\r\n"u8);

    [Benchmark]
    public int OneLine()
    {
        ReplyParser.TryRead(_one, out RemoteReply reply, out _);
        return reply.Code;
    }

    [Benchmark]
    public EhloKeywords EhloResponse()
    {
        ReplyParser.TryRead(_ehlo, out RemoteReply reply, out _);
        return Relay.Smtp.Replies.EhloResponse.Parse(reply).Keywords;
    }
}
