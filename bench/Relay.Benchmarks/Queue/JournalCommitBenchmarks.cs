using BenchmarkDotNet.Attributes;
using Relay.Queue.Journal;

namespace Relay.Benchmarks.Queue;

/// <summary>
/// Append and durable commit of 2 KB records in a closed loop of writers. The baseline writes the same octets raw, one
/// O_DSYNC pwrite per message, in place; a group commit beats it as soon as there is more than one writer.
/// </summary>
[MemoryDiagnoser]
[InvocationCount(1)]
[WarmupCount(2)]
[IterationCount(8)]
public class JournalCommitBenchmarks
{
    private const int MessagesPerInvoke = 20_000;
    private const int BodyLength = 2048;

    private string _directory = "";
    private FasterJournal _journal = null!;
    private DirectoryStore _store = null!;
    private IQueueFile _raw = null!;
    private BenchmarkWriter[] _writers = [];

    [Params(1, 20, 100)]
    public int Writers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _directory = Path.Combine(Directory.GetCurrentDirectory(), "journal-bench-" + Guid.NewGuid().ToString("N"));
        _journal = FasterJournal.Open(
            new JournalOptions { Directory = _directory, SegmentSize = 64 << 20 }, new NoVisitor());
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => new BenchmarkWriter(_journal, BodyLength))];
        _store = DirectoryStore.Open(_directory + "-raw");
        using (IQueueFile file = _store.Open("raw", QueueFileMode.Create))
        {
            file.Write(0, new byte[16 << 20]);
            file.Sync();
        }

        _raw = _store.Open("raw", QueueFileMode.WriteThrough);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _journal.DisposeAsync();
        _raw.Dispose();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
        Directory.Delete(_directory + "-raw", recursive: true);
    }

    /// <summary>One durable write per message, as many as one thread can do one after the other.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = 1000)]
    public void RawWrites()
    {
        Span<byte> page = stackalloc byte[4096];
        for (int i = 0; i < 1000; i++)
        {
            _raw.Write(i * 4096L, page);
        }
    }

    [Benchmark(OperationsPerInvoke = MessagesPerInvoke)]
    public async Task AppendAndCommit()
    {
        int perWriter = MessagesPerInvoke / Writers;
        var running = new Task[_writers.Length];
        for (int i = 0; i < _writers.Length; i++)
        {
            running[i] = _writers[i].RunAsync(perWriter);
        }

        await Task.WhenAll(running);
        _journal.TruncateBefore(_journal.CommittedAddress);
    }

    private sealed class NoVisitor : IRecordVisitor
    {
        public void Visit(long address, in RecordHeader header, ReadOnlySpan<byte> body)
        {
        }

        public void VisitDamage(long address, int length)
        {
        }
    }
}
