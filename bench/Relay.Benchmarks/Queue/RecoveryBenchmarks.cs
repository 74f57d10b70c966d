using System.Buffers;
using BenchmarkDotNet.Attributes;
using Relay.Queue;
using Relay.Queue.Engine;
using Relay.Queue.Journal;
using Relay.Smtp;

namespace Relay.Benchmarks.Queue;

/// <summary>
/// Reading a log of 100,000 messages of 1 KB, half of them finished. The baseline verifies the records and builds
/// nothing.
/// </summary>
[MemoryDiagnoser]
public class RecoveryBenchmarks
{
    private const int Messages = 100_000;

    private readonly MemoryJournal _journal = new();

    [GlobalSetup]
    public void Setup()
    {
        MailQueue queue = Open();
        using IncomingMessage incoming = queue.CreateIncoming();
        var request = new AcceptRequest(new Envelope());
        request.Envelope.AddRecipient("recipient@example.net"u8, default, DsnNotify.Unspecified);
        var content = new ReadOnlySequence<byte>(Corpus.Message(1024));
        for (int i = 0; i < Messages; i++)
        {
            incoming.Begin();
            incoming.AcceptAsync(request, content).AsTask().Wait();
            if (i % 2 == 0)
            {
                queue.Delete(incoming.Id);
            }
        }
    }

    [Benchmark(Baseline = true)]
    public void VerifyRecords() => _journal.Reopen(new Nobody(), default);

    [Benchmark]
    public IMailQueue Recover() => Open();

    private MailQueue Open() => MailQueueOpener.Open(
        (visitor, replayFrom) =>
        {
            _journal.Reopen(visitor, replayFrom);
            return _journal;
        },
        files: null,
        new MailQueueOptions(),
        TimeProvider.System);

    private sealed class Nobody : IRecordVisitor
    {
        public void Visit(long address, in RecordHeader header, ReadOnlySpan<byte> body)
        {
        }

        public void VisitDamage(long address, int length)
        {
        }
    }
}
