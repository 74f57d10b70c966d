using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Delivery.Rules;

/// <summary>
/// The local addresses that connections are made from, each with a share of them. An address family that is not in the
/// pool is not used at all: mail would leave from an address that nobody chose. Immutable.
/// </summary>
public sealed class SourcePool
{
    public const string Expected =
        "local IP addresses separated by commas, each with or without a weight behind it: 192.0.2.1 3, 192.0.2.2 1";

    private const int WeightMax = 1_000_000;

    private readonly (IPAddress Address, int Weight)[] _sources;

    private SourcePool((IPAddress Address, int Weight)[] sources) => _sources = sources;

    /// <summary>The system chooses.</summary>
    public static SourcePool Any { get; } = new([]);

    public bool IsAny => _sources.Length == 0;

    public static bool TryParse(string text, out SourcePool pool)
    {
        pool = Any;
        if (text.Trim().Length == 0)
        {
            return true;
        }

        var sources = new List<(IPAddress Address, int Weight)>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int weight = 1;
            if (words.Length is < 1 or > 2 || !TryAddress(words[0], out IPAddress? address)
                || (words.Length == 2
                    && !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out weight))
                || weight is < 1 or > WeightMax || sources.Exists(s => s.Address.Equals(address)))
            {
                return false;
            }

            sources.Add((address!, weight));
        }

        pool = new SourcePool([.. sources]);
        return true;
    }

    /// <summary>Chooses one of the family by weight; false if there is none. Not for a pool that is any.</summary>
    /// <param name="random">Uniform in [0, 1).</param>
    public bool TryChoose(AddressFamily family, double random, out IPAddress? address)
    {
        address = null;
        long all = 0;
        foreach ((IPAddress source, int weight) in _sources)
        {
            all += source.AddressFamily == family ? weight : 0;
        }

        long at = (long)(random * all);
        foreach ((IPAddress source, int weight) in _sources)
        {
            if (source.AddressFamily == family && (at -= weight) < 0)
            {
                address = source;
                return true;
            }
        }

        return false;
    }

    public override string ToString() => string.Join(
        ", ", _sources.Select(static s => string.Create(CultureInfo.InvariantCulture, $"{s.Address} {s.Weight}")));

    /// <summary>A whole address: "10" is none, though the system reads it as 0.0.0.10.</summary>
    private static bool TryAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(static c => c == '.') == 3);
}
