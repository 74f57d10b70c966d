using BenchmarkDotNet.Attributes;

namespace Relay.Benchmarks.Delivery;

/// <summary>
/// Delivery over real sockets, 2 KB each, round robin over the destinations, from a queue that costs next to nothing:
/// what the delivery floor and the server in this process cost. Of half a million messages that are stuck at another
/// destination nothing may be seen. perf/destinations.sh compares 1,000 destinations with one in the whole program.
/// </summary>
[MemoryDiagnoser]
public class DestinationBenchmarks
{
    private const int Messages = 20_000;

    private SmtpSink _sink = null!;
    private DeliveryRig _rig = null!;

    [Params(1, 1000)]
    public int Destinations { get; set; }

    /// <summary>Messages that wait for a destination that is suspended.</summary>
    [Params(0, 500_000)]
    public int Stuck { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _sink = new SmtpSink();
        _rig = new DeliveryRig(Destinations, _sink.Port);
        _rig.ParkAsync(Stuck).GetAwaiter().GetResult();
        _rig.DeliverAsync(Messages).GetAwaiter().GetResult(); // connections are up from now on
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task DeliverAsync() => _rig.DeliverAsync(Messages);

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _rig.DisposeAsync();
        _sink.Dispose();
    }
}
