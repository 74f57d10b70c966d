using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Delivery.Tests.Simulation;

/// <summary>
/// All mail exchangers of the world behind one socket: a recipient's domain says how they behave. It keeps the book of
/// what they said of every recipient, and of what senders are told.
/// </summary>
internal sealed class SimulatedInternet : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, (SimulatedKind Kind, DateTimeOffset Until)> _domains = [];
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly Task _accepting;

    public SimulatedInternet(TimeProvider time, int seed)
    {
        _time = time;
        _random = new Random(seed);
        _listener.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>By sender and recipient, with a blank between them.</summary>
    public ConcurrentDictionary<string, SimulatedRecipient> Recipients { get; } = new();

    /// <summary>What contradicts the book.</summary>
    public ConcurrentBag<string> Faults { get; } = [];

    public long Connections { get; private set; }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Before anything is sent.</summary>
    public void Add(string domain, SimulatedKind kind, DateTimeOffset until) => _domains[domain] = (kind, until);

    public (SimulatedKind Kind, DateTimeOffset Until) this[string domain] => _domains[domain];

    /// <summary>True in so many cases of a thousand.</summary>
    public bool Happens(int ofThousand)
    {
        lock (_random)
        {
            return _random.Next(1000) < ofThousand;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                Connections++;
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            socket.NoDelay = true;
            socket.LingerState = new LingerOption(true, 0); // so many connections must leave nothing behind
            var session = new SimulatedSession(this);
            byte[] buffer = new byte[16 * 1024];
            int filled = 0;
            try
            {
                await socket.SendAsync("220 mx.test\r\n"u8.ToArray(), _stop.Token);
                int received;
                while (!session.IsCut
                    && (received = await socket.ReceiveAsync(buffer.AsMemory(filled), _stop.Token)) > 0)
                {
                    filled += received;
                    int used = session.Read(buffer.AsSpan(0, filled), out string replies);
                    buffer.AsSpan(used, filled - used).CopyTo(buffer);
                    filled -= used;
                    if (replies.Length > 0)
                    {
                        await socket.SendAsync(Encoding.ASCII.GetBytes(replies), _stop.Token);
                    }
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // the relay, or the test, went away
            }
        }
    }
}
