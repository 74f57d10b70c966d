using BenchmarkDotNet.Attributes;

namespace Relay.Benchmarks.Queue;

/// <summary>
/// What the queue costs above its journal: a message in and out, and an attempt that fails. The baseline copies the
/// content once into place and once out, which nobody can save.
/// </summary>
[MemoryDiagnoser]
public class QueueBenchmarks
{
    private readonly QueueLoop _small = new(2048);
    private readonly QueueLoop _deferred = new(2048);
    private readonly byte[] _content = Corpus.Message(2048);
    private readonly byte[] _page = new byte[64 << 20];
    private readonly byte[] _read = new byte[64 << 10];
    private int _offset;

    [GlobalSetup]
    public void Setup() => _deferred.Accept();

    [GlobalCleanup]
    public void Cleanup()
    {
        _small.Dispose();
        _deferred.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void CopyInAndOut()
    {
        _offset = _offset + (2 * _content.Length) > _page.Length ? 0 : _offset + _content.Length;
        _content.CopyTo(_page.AsSpan(_offset));
        _page.AsSpan(_offset, _content.Length).CopyTo(_read);
    }

    [Benchmark]
    public void AcceptAndDeliver()
    {
        _small.Accept();
        _small.Deliver();
    }

    [Benchmark]
    public void Defer() => _deferred.Defer();
}
