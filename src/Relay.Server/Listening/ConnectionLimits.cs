using System.Diagnostics;
using System.Net;
using Relay.Throttling;

namespace Relay.Server.Listening;

/// <summary>
/// Counts connections of all listeners: open ones in all and per address, and how often each address came. Thread-safe.
/// </summary>
internal sealed class ConnectionLimits(Heartbeat heartbeat)
{
    /// <summary>Addresses that are known at a time, whoever connects: 4.5 MiB for rates, 0.5 for counts.</summary>
    private const int AddressesMax = 65536;

    private readonly Lazy<WindowTable> _rates = new(() => new WindowTable(heartbeat, AddressesMax));
    private readonly Lazy<AddressConcurrency> _perAddress = new(() => new AddressConcurrency(AddressesMax));
    private int _total;

    /// <summary>Open connections that were admitted.</summary>
    public int Total => Volatile.Read(ref _total);

    /// <summary>
    /// Counts a connection of the address, admitted or not; returns how many there were in the last minute.
    /// </summary>
    public int CountRate(IPAddress address) => _rates.Value.Add(AddressKey.Of(address));

    /// <param name="address">Null for a client that has none (a Unix-domain socket).</param>
    /// <param name="totalMax">Limit in all.</param>
    /// <param name="perAddressMax">Limit per address; 0 is unlimited.</param>
    /// <param name="open">Open connections of the address, this one included if it is admitted.</param>
    public AdmissionResult TryEnter(IPAddress? address, int totalMax, int perAddressMax, out int open)
    {
        open = 0;
        if (Interlocked.Increment(ref _total) > totalMax)
        {
            Interlocked.Decrement(ref _total);
            return AdmissionResult.TooMany;
        }

        AdmissionResult admission = address is null
            ? AdmissionResult.Admitted
            : TryEnterAddress(address, perAddressMax, out open);
        if (admission != AdmissionResult.Admitted)
        {
            Interlocked.Decrement(ref _total);
        }

        return admission;
    }

    /// <summary>The address alone: for a connection that was admitted without one.</summary>
    public AdmissionResult TryEnterAddress(IPAddress address, int perAddressMax, out int open)
    {
        // Counted also while unlimited: a reload may set a limit, and what is released must have been acquired.
        bool hasRoom = _perAddress.Value.TryAcquire(
            AddressKey.Of(address), perAddressMax > 0 ? perAddressMax : int.MaxValue, out open);
        return hasRoom ? AdmissionResult.Admitted : AdmissionResult.TooManyFromAddress;
    }

    /// <summary>Gives back what <see cref="TryEnterAddress"/> admitted.</summary>
    public void LeaveAddress(IPAddress address) => _perAddress.Value.Release(AddressKey.Of(address));

    /// <summary>Gives back what <see cref="TryEnter"/> admitted, exactly once.</summary>
    public void Leave(IPAddress? address)
    {
        int total = Interlocked.Decrement(ref _total);
        Debug.Assert(total >= 0);
        if (address is not null)
        {
            LeaveAddress(address);
        }
    }
}
