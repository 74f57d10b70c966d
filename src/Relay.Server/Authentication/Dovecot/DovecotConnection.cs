using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Relay.Sasl;

namespace Relay.Server.Authentication.Dovecot;

/// <summary>
/// One connection to Dovecot's authentication server, over which many exchanges run at a time. Once it is lost it stays
/// lost, and everybody who waits is told. Thread-safe.
/// </summary>
internal sealed class DovecotConnection : IDisposable
{
    private const int Major = 1;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, Waiting> _waiting = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _last;

    private DovecotConnection(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>What it offers; complete once the connection is given out.</summary>
    public SaslMechanisms Mechanisms { get; private set; }

    public bool IsLost => _lost.Task.IsCompleted;

    /// <exception cref="IOException">Nobody listens, or it is not Dovecot.</exception>
    /// <exception cref="SocketException">The same.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static async Task<DovecotConnection> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var connection = new DovecotConnection(socket);
        try
        {
            _ = connection.ReadAsync();
            await connection.WriteAsync(
                string.Create(CultureInfo.InvariantCulture, $"VERSION\t{Major}\t1\nCPID\t{Environment.ProcessId}\n"));
            await connection._ready.Task.WaitAsync(cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins an exchange.</summary>
    /// <param name="parameters">Behind the mechanism: words with tabs before them; the response last.</param>
    /// <param name="id">Its number, for what follows.</param>
    /// <param name="until">When to give up, on the heartbeat's clock.</param>
    public ValueTask<DovecotAnswer> BeginAsync(string mechanism, string parameters, long until, out uint id)
    {
        id = Interlocked.Increment(ref _last);
        string line = string.Create(CultureInfo.InvariantCulture, $"AUTH\t{id}\t{mechanism}{parameters}\n");
        return AskAsync(id, line, until);
    }

    public ValueTask<DovecotAnswer> ContinueAsync(uint id, ReadOnlySpan<byte> response, long until) => AskAsync(
        id, string.Create(CultureInfo.InvariantCulture, $"CONT\t{id}\t{Convert.ToBase64String(response)}\n"), until);

    /// <summary>If somebody has waited too long, Dovecot is of no use: tells all who wait, and goes.</summary>
    public void OnHeartbeat(long now)
    {
        if (_waiting.Any(waiting => now >= waiting.Value.Until))
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async ValueTask<DovecotAnswer> AskAsync(uint id, string line, long until)
    {
        var waiting = new Waiting(until);
        _waiting[id] = waiting;
        try
        {
            await WriteAsync(line);
            if (IsLost)
            {
                waiting.Answer.TrySetResult(DovecotAnswer.Unavailable("the connection to Dovecot is lost"));
            }

            return await waiting.Answer.Task;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return DovecotAnswer.Unavailable("the connection to Dovecot is lost");
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private async Task WriteAsync(string line)
    {
        byte[] octets = Encoding.UTF8.GetBytes(line);
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(octets);
        }
        finally
        {
            _writing.Release();
            Array.Clear(octets); // may hold a password
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(_stream, Encoding.UTF8, false, 4096, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                Take(DovecotLine.Split(line));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // told below
        }
        finally
        {
            _lost.TrySetResult();
            _ready.TrySetException(new IOException("it closed the connection, or speaks another protocol"));
            foreach (Waiting waiting in _waiting.Values)
            {
                waiting.Answer.TrySetResult(DovecotAnswer.Unavailable("the connection to Dovecot is lost"));
            }
        }
    }

    private void Take(string[] words)
    {
        switch (words[0])
        {
            case "VERSION" when words.Length < 2 || words[1] != "1":
                throw new IOException("another version of the protocol");
            case "MECH" when words.Length > 1:
                Mechanisms |= MechanismNames.Parse(Encoding.UTF8.GetBytes(words[1]));
                break;
            case "DONE":
                _ready.TrySetResult();
                break;
            case "OK" or "CONT" or "FAIL" when words.Length > 1
                && uint.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
                && _waiting.TryGetValue(id, out Waiting? waiting):
                waiting.Answer.TrySetResult(DovecotLine.ToAnswer(words)!.Value);
                break;
        }
    }

    private sealed record Waiting(long Until)
    {
        public TaskCompletionSource<DovecotAnswer> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
