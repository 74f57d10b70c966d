using System.Net;

namespace Relay.Dns.Hosts;

/// <summary>What hosts(5) says: the addresses of each name, in the order of the file. Immutable.</summary>
internal sealed class HostTable
{
    private static readonly char[] _space = [' ', '\t', '\r'];

    private readonly Dictionary<string, List<IPAddress>> _addresses = new(StringComparer.OrdinalIgnoreCase);

    public static HostTable Parse(string text)
    {
        var table = new HostTable();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split('#')[0].Split(_space, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out IPAddress? address))
            {
                foreach (string name in words.AsSpan(1))
                {
                    table.Add(name.TrimEnd('.'), address);
                }
            }
        }

        return table;
    }

    /// <summary>Empty if the name is not in the file; <c>localhost</c> always is (RFC 6761 §6.3).</summary>
    public IReadOnlyList<IPAddress> Find(string name)
    {
        if (_addresses.TryGetValue(name.TrimEnd('.'), out List<IPAddress>? found))
        {
            return found;
        }

        return string.Equals(name.TrimEnd('.'), "localhost", StringComparison.OrdinalIgnoreCase)
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : [];
    }

    private void Add(string name, IPAddress address)
    {
        if (!_addresses.TryGetValue(name, out List<IPAddress>? known))
        {
            _addresses[name] = known = [];
        }

        if (!known.Contains(address))
        {
            known.Add(address);
        }
    }
}
