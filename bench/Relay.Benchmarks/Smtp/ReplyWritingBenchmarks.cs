using BenchmarkDotNet.Attributes;
using Relay.Smtp.Replies;

namespace Relay.Benchmarks.Smtp;

/// <summary>Replies on their way to the output. The baseline copies as many octets.</summary>
[MemoryDiagnoser]
public class ReplyWritingBenchmarks
{
    private readonly FixedBufferWriter _output = new();
    private readonly byte[] _mailbox = "first.last@department.example.org"u8.ToArray();

    [Benchmark(Baseline = true)]
    public void CopyOctets()
    {
        ReadOnlySpan<byte> reply = Replies.Rset;
        reply.CopyTo(_output.GetSpan(reply.Length));
        _output.Advance(reply.Length);
    }

    [Benchmark]
    public void Prebuilt() => ReplyWriter.Write(_output, Replies.Rset);

    [Benchmark]
    public void WithMailbox() => ReplyWriter.InsertMailbox(_output, Replies.RecipientOk, _mailbox);

    [Benchmark]
    public void WithTwoTexts() => ReplyWriter.Insert(_output, Replies.Helo, "mx.example.org"u8, "client [192.0.2.1]"u8);

    [Benchmark]
    public void WithCodes() =>
        ReplyWriter.WriteLine(_output, 451, new EnhancedStatusCode(4, 3, 0), "Try again later"u8);
}
