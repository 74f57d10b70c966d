using System.Diagnostics;
using System.Net;

namespace Relay.Server.Listening;

/// <summary>
/// Counts open connections in all and per address. An address is kept only while it has a connection, so the table is
/// never larger than the number of connections. Thread-safe; the lock holds no calls that wait.
/// </summary>
internal sealed class ConnectionLimits
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private int _total;

    /// <summary>Open connections that were admitted.</summary>
    public int Total => Volatile.Read(ref _total);

    /// <param name="totalMax">Limit in all.</param>
    /// <param name="perAddressMax">Limit per address; 0 is unlimited.</param>
    public AdmissionResult TryEnter(IPAddress? address, int totalMax, int perAddressMax)
    {
        lock (_lock)
        {
            if (_total >= totalMax)
            {
                return AdmissionResult.TooMany;
            }

            if (address is not null)
            {
                int present = _perAddress.GetValueOrDefault(address);
                if (perAddressMax > 0 && present >= perAddressMax)
                {
                    return AdmissionResult.TooManyFromAddress;
                }

                _perAddress[address] = present + 1;
            }

            _total++;
            return AdmissionResult.Admitted;
        }
    }

    /// <summary>Gives back what <see cref="TryEnter"/> admitted, exactly once.</summary>
    public void Leave(IPAddress? address)
    {
        lock (_lock)
        {
            _total--;
            Debug.Assert(_total >= 0);
            if (address is null)
            {
                return;
            }

            int present = _perAddress[address] - 1;
            if (present == 0)
            {
                _perAddress.Remove(address);
            }
            else
            {
                _perAddress[address] = present;
            }
        }
    }
}
