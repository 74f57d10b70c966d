using System.Net;
using Relay.Benchmarks.Allocations;
using Relay.Throttling;

namespace Relay.Benchmarks.Throttling;

/// <summary>Throttles allocate nothing per connection or command.</summary>
internal sealed class ThrottlingAllocationItems : IAllocationItems
{
    private readonly TokenBucket _bucket = new(TimeProvider.System, 1000, 100);
    private readonly WindowCounter _window = new(TimeProvider.System, 100);
    private readonly ConcurrencyLimit _limit = new(10);
    private readonly AddressConcurrency _open = new(65536);
    private readonly WindowTable _window60 = new(new Heartbeat(TimeProvider.System), 65536);
    private readonly DelayQueue _delays = new(TimeProvider.System);
    private readonly DelayEntry _delay = new(static () => { });
    private readonly IPAddress _address = IPAddress.Parse("2001:db8::1");

    public IEnumerable<AllocationItem> Items =>
    [
        new("throttle.token-bucket", () => _bucket.TryTake(out _)),
        new("throttle.window-counter", () => _window.TryTake(out _)),
        new("throttle.concurrency", () =>
        {
            _limit.TryAcquire();
            _limit.Release();
        }),
        new("throttle.address-concurrency", () =>
        {
            AddressKey key = AddressKey.Of(_address, prefix6: 64);
            _open.TryAcquire(key, 10);
            _open.Release(key);
        }),
        new("throttle.window-table", () => _window60.Add(AddressKey.Of(_address, prefix6: 64))),
        new("throttle.delay-queue", () =>
        {
            _delays.Add(_delay, TimeSpan.FromMinutes(1));
            _delays.Remove(_delay);
        }),
    ];
}
