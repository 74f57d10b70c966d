using System.Net;
using System.Net.Sockets;
using Relay.Testing.Dns;

namespace Relay.EndToEnd.Tests.Differential;

/// <summary>
/// The whole DNS as both programs see it: a name server over UDP that answers from a file of <c>name type value</c>
/// lines (types A, PTR, CNAME, MX with preference and host, and FAIL for a name that the server cannot answer); every
/// other name does not exist.
/// </summary>
internal sealed class ZoneServer : IAsyncDisposable
{
    private const int ServerFailure = 2, NameError = 3;

    private readonly Dictionary<string, List<(string Type, string Value)>> _names =
        new(StringComparer.OrdinalIgnoreCase);

    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <param name="address">An address of loopback.</param>
    /// <param name="port">53 for programs that know no other; 0 for any.</param>
    public ZoneServer(string address, int port)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Scenario.Root, "zone"));
        foreach (string line in lines.Where(l => l.Length > 0 && l[0] != '#'))
        {
            string[] parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (!_names.TryGetValue(parts[0], out List<(string Type, string Value)>? records))
            {
                _names[parts[0]] = records = [];
            }

            records.Add((parts[1], parts.Length > 2 ? parts[2] : string.Empty));
        }

        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        _serving = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                SocketReceiveFromResult got =
                    await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                var client = (IPEndPoint)got.RemoteEndPoint;
                var query = new DnsQuery(0, buffer[..got.ReceivedBytes], IsTcp: false, client.Port);
                await _socket.SendToAsync(Answer(query), client, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private byte[] Answer(DnsQuery query)
    {
        var reply = new DnsReply(query);
        if (!_names.TryGetValue(query.Name, out List<(string Type, string Value)>? records))
        {
            return reply.Code(HasNamesBelow(query.Name) ? 0 : NameError).ToArray();
        }

        foreach ((string type, string value) in records)
        {
            if (type == "FAIL")
            {
                reply.Code(ServerFailure);
            }
            else if (type == "CNAME" || type == DnsQuery.TypeName(query.Type))
            {
                reply.Answer(Number(type), Data(type, value));
                Follow(reply, type == "CNAME" ? value : null, query.Type);
            }
        }

        return reply.ToArray();
    }

    /// <summary>The records that an alias stands for, as a recursive server adds them.</summary>
    private void Follow(DnsReply reply, string? target, int type)
    {
        if (target is not null && _names.TryGetValue(target, out List<(string Type, string Value)>? records))
        {
            foreach ((string kind, string value) in records.Where(r => r.Type == DnsQuery.TypeName(type)))
            {
                reply.Answer(target, Number(kind), Data(kind, value));
            }
        }
    }

    /// <summary>True if the name exists, without records, because others lie below it (RFC 8020).</summary>
    private bool HasNamesBelow(string name) =>
        _names.Keys.Any(k => k.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));

    private static int Number(string type) => type switch
    {
        "A" => DnsQuery.A,
        "CNAME" => DnsQuery.Cname,
        "PTR" => DnsQuery.Ptr,
        "MX" => DnsQuery.Mx,
        _ => throw new InvalidDataException($"the zone has a record of type {type}"),
    };

    private static byte[] Data(string type, string value)
    {
        string[] words = value.Split(' ');
        return type switch
        {
            "A" => IPAddress.Parse(value).GetAddressBytes(),
            "MX" => DnsReply.MxOf(int.Parse(words[0], null), words[1]),
            _ => DnsReply.NameOf(value),
        };
    }
}
