using System.Net;
using BenchmarkDotNet.Attributes;
using Relay.Throttling;

namespace Relay.Benchmarks.Throttling;

/// <summary>What a connection pays for its limits. The baseline only reads the clock.</summary>
[MemoryDiagnoser]
public class ThrottlingBenchmarks
{
    private readonly TokenBucket _bucket = new(TimeProvider.System, 1000, 100);
    private readonly WindowCounter _window = new(TimeProvider.System, 100);
    private readonly AddressConcurrency _open = new(65536);
    private readonly WindowTable _window60 = new(new Heartbeat(TimeProvider.System), 65536);
    private readonly DelayQueue _delays = new(TimeProvider.System);
    private readonly DelayEntry _delay = new(static () => { });
    private readonly AddressKey _key = AddressKey.Of(IPAddress.Parse("192.0.2.1"));

    private UInt128 _next = 1;

    [Benchmark(Baseline = true)]
    public long ReadClock() => TimeProvider.System.GetTimestamp();

    [Benchmark]
    public bool TokenBucket() => _bucket.TryTake(out _);

    [Benchmark]
    public bool WindowCounter() => _window.TryTake(out _);

    [Benchmark]
    public void AddressConcurrency()
    {
        if (_open.TryAcquire(_key, 10))
        {
            _open.Release(_key);
        }
    }

    /// <summary>An address that is known.</summary>
    [Benchmark]
    public int WindowTable() => _window60.Add(_key);

    /// <summary>Addresses that are all new: each looks for a place.</summary>
    [Benchmark]
    public int WindowTableStrangers() => _window60.Add(new AddressKey(_next++));

    /// <summary>A wait that is over before its time.</summary>
    [Benchmark]
    public bool DelayQueue()
    {
        _delays.Add(_delay, TimeSpan.FromMinutes(1));
        return _delays.Remove(_delay);
    }
}
