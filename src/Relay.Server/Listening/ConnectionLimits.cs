using System.Diagnostics;
using System.Net;
using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>Counts open connections of all listeners, in all and per address. Thread-safe.</summary>
internal sealed class ConnectionLimits
{
    private readonly KeyedConcurrency<AddressKey> _perAddress = new();
    private int _total;

    /// <summary>Open connections that were admitted.</summary>
    public int Total => Volatile.Read(ref _total);

    /// <param name="address">Null for a client that has none (a Unix-domain socket).</param>
    /// <param name="totalMax">Limit in all.</param>
    /// <param name="perAddressMax">Limit per address; 0 is unlimited.</param>
    public AdmissionResult TryEnter(IPAddress? address, int totalMax, int perAddressMax)
    {
        if (Interlocked.Increment(ref _total) > totalMax)
        {
            Interlocked.Decrement(ref _total);
            return AdmissionResult.TooMany;
        }

        // Counted also while unlimited: a reload may set a limit, and what is released must have been acquired.
        if (address is not null
            && !_perAddress.TryAcquire(AddressKey.Of(address), perAddressMax > 0 ? perAddressMax : int.MaxValue))
        {
            Interlocked.Decrement(ref _total);
            return AdmissionResult.TooManyFromAddress;
        }

        return AdmissionResult.Admitted;
    }

    /// <summary>Gives back what <see cref="TryEnter"/> admitted, exactly once.</summary>
    public void Leave(IPAddress? address)
    {
        int total = Interlocked.Decrement(ref _total);
        Debug.Assert(total >= 0);
        if (address is not null)
        {
            _perAddress.Release(AddressKey.Of(address));
        }
    }
}
