using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Relay.Testing.Dns;

/// <summary>
/// A name server on real sockets, UDP and TCP on one port of loopback, that does what a test says. The script gets each
/// question and returns the messages to send, none for silence. Thread-safe.
/// </summary>
public sealed class ScriptedNameServer : IAsyncDisposable
{
    private readonly Func<DnsQuery, IEnumerable<byte[]>> _script;
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly Lock _lock = new();
    private readonly List<DnsQuery> _queries = [];
    private readonly List<(int Count, TaskCompletionSource Source)> _waiters = [];
    private readonly List<Task> _tasks = [];
    private readonly CancellationTokenSource _stop = new();

    public ScriptedNameServer(Func<DnsQuery, IEnumerable<byte[]>> script)
    {
        _script = script;
        (_udp, _tcp) = Bind();
        _tasks.Add(ServeUdpAsync());
        _tasks.Add(ServeTcpAsync());
    }

    public ScriptedNameServer(Func<DnsQuery, DnsReply?> script)
        : this(query => script(query) is { } reply ? [reply.ToArray()] : Array.Empty<byte[]>())
    {
    }

    public IPEndPoint EndPoint => (IPEndPoint)_udp.LocalEndPoint!;

    public IReadOnlyList<DnsQuery> Queries
    {
        get
        {
            lock (_lock)
            {
                return [.. _queries];
            }
        }
    }

    /// <summary>Completes when so many questions have come in all.</summary>
    public Task WhenQueriesAsync(int count)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiters.Add((count, source));
            if (_queries.Count >= count)
            {
                source.SetResult();
            }
        }

        return source.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await Task.WhenAll(_tasks);
    }

    private static (Socket Udp, Socket Tcp) Bind()
    {
        while (true)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            {
                ReceiveBufferSize = 1 << 20,
            };
            var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen(16);
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose(); // the port is taken for TCP: another one
                tcp.Dispose();
            }
        }
    }

    private async Task ServeUdpAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _udp.ReceiveFromAsync(
                    buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                var client = (IPEndPoint)received.RemoteEndPoint;
                foreach (byte[] reply in Ask(buffer[..received.ReceivedBytes], isTcp: false, client.Port))
                {
                    await _udp.SendToAsync(reply, client, _stop.Token);
                }
            }
        }
        catch (Exception exception) when (exception
            is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // stopped
        }
    }

    private async Task ServeTcpAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                using Socket client = await _tcp.AcceptAsync(_stop.Token);
                await ServeAsync(client, buffer);
            }
        }
        catch (Exception exception) when (exception
            is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(Socket client, byte[] buffer)
    {
        try
        {
            await using var stream = new NetworkStream(client);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 2), _stop.Token);
            int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length), _stop.Token);
            foreach (byte[] reply in Ask(buffer[..length], isTcp: true, ((IPEndPoint)client.RemoteEndPoint!).Port))
            {
                byte[] prefix = [(byte)(reply.Length >> 8), (byte)reply.Length];
                await stream.WriteAsync((byte[])[.. prefix, .. reply], _stop.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // this client went away; the next one is served
        }
    }

    private IEnumerable<byte[]> Ask(byte[] octets, bool isTcp, int port)
    {
        DnsQuery query;
        TaskCompletionSource[] due;
        lock (_lock)
        {
            query = new DnsQuery(_queries.Count + 1, octets, isTcp, port);
            _queries.Add(query);
            due = [.. _waiters.Where(w => w.Count <= _queries.Count).Select(w => w.Source)];
        }

        foreach (TaskCompletionSource source in due)
        {
            source.TrySetResult();
        }

        return _script(query);
    }
}
