using System.Globalization;
using System.Net;

namespace Relay.Dns.Hosts;

/// <summary>
/// What resolv.conf(5) says: <c>nameserver</c>, <c>search</c>, <c>domain</c> and <c>options ndots:n</c>.
/// </summary>
/// <param name="Servers">With port 0; the local machine if the file names none.</param>
/// <param name="Search">Without dots at their ends.</param>
/// <param name="Ndots">A name with at least so many dots is first tried as it is.</param>
internal sealed record ResolverConfiguration(
    IReadOnlyList<IPEndPoint> Servers, IReadOnlyList<string> Search, int Ndots)
{
    private const int NdotsMax = 15;
    private const int SearchMax = 32;
    private const int ServersMax = 8;

    private static readonly char[] _space = [' ', '\t', '\r'];

    public static ResolverConfiguration Parse(string text)
    {
        var servers = new List<IPEndPoint>();
        string[] search = [];
        int ndots = 1;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(_space, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var address, ..] when IPAddress.TryParse(address, out IPAddress? server):
                    servers.Add(new IPEndPoint(server, 0));
                    break;

                case ["search", ..]:
                    search = [.. words.Skip(1).Select(static w => w.Trim('.')).Where(static w => w.Length > 0)];
                    break;

                case ["domain", var domain, ..]:
                    search = [domain.Trim('.')];
                    break;

                case ["options", ..]:
                    ndots = ReadNdots(words) ?? ndots;
                    break;

                default:
                    break;
            }
        }

        if (servers.Count == 0)
        {
            servers.Add(new IPEndPoint(IPAddress.Loopback, 0));
        }

        return new ResolverConfiguration([.. servers.Take(ServersMax)], [.. search.Take(SearchMax)], ndots);
    }

    /// <summary>The absolute names that a name may stand for, in the order in which they are to be tried.</summary>
    public IEnumerable<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
        {
            return [name];
        }

        IEnumerable<string> below = Search.Select(domain => $"{name}.{domain}");
        return name.AsSpan().Count('.') >= Ndots ? below.Prepend(name) : below.Append(name);
    }

    private static int? ReadNdots(string[] words)
    {
        string? word = Array.FindLast(words, static w => w.StartsWith("ndots:", StringComparison.Ordinal));
        return word is not null
            && int.TryParse(word.AsSpan("ndots:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? Math.Min(n, NdotsMax)
            : null;
    }
}
