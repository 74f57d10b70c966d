using System.Net;
using Relay.Testing.Dns;

namespace Relay.EndToEnd.Tests.Seeds;

/// <summary>
/// The DNS of a seed's world: lines <c>name TYPE data</c>, e.g. <c>a.example MX 10 mx.a.example</c>, or
/// <c>name TEMP</c> for one that cannot be looked up now. Every other name does not exist.
/// </summary>
internal sealed class SeedNames : IAsyncDisposable
{
    private readonly Dictionary<(string Name, int Type), List<byte[]>> _records = [];
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _failing = [];
    private readonly ScriptedNameServer _server;

    public SeedNames()
    {
        _server = new ScriptedNameServer(Answer);
    }

    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>What was asked, e.g. <c>a.example MX</c>.</summary>
    public IEnumerable<string> Questions => _server.Queries.Select(static q => q.Text);

    public void Add(params string[] lines)
    {
        lock (_records)
        {
            foreach (string line in lines)
            {
                string[] words = line.Split(' ');
                if (words is [_, "TEMP"])
                {
                    _failing.Add(words[0]);
                    continue;
                }

                (int type, byte[] data) = words[1] switch
                {
                    "A" => (DnsQuery.A, IPAddress.Parse(words[2]).GetAddressBytes()),
                    "AAAA" => (DnsQuery.Aaaa, IPAddress.Parse(words[2]).GetAddressBytes()),
                    "MX" => (DnsQuery.Mx, DnsReply.MxOf(int.Parse(words[2]), words[3])),
                    "PTR" => (DnsQuery.Ptr, DnsReply.NameOf(words[2])),
                    _ => throw new ArgumentException(line, nameof(lines)),
                };
                _names.Add(words[0]);
                if (!_records.TryGetValue((words[0], type), out List<byte[]>? known))
                {
                    _records.Add((words[0], type), known = []);
                }

                known.Add(data);
            }
        }
    }

    /// <summary>A client whose name has its address.</summary>
    public void AddClient(string address, string name) =>
        Add($"{string.Join('.', address.Split('.').Reverse())}.in-addr.arpa PTR {name}", $"{name} A {address}");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private DnsReply Answer(DnsQuery query)
    {
        var reply = new DnsReply(query);
        lock (_records)
        {
            foreach (byte[] data in _records.GetValueOrDefault((query.Name, query.Type), []))
            {
                reply.Answer(query.Type, data);
            }

            return reply.Code(_failing.Contains(query.Name) ? 2 : _names.Contains(query.Name) ? 0 : 3);
        }
    }
}
