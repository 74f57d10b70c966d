using System.Net.Sockets;
using System.Text;
using Relay.Server.Listening;

namespace Relay.Host.Admin;

/// <summary>
/// The Unix-domain socket that <c>relay queue</c> talks to. Only its owner may connect (mode 0600, set before it
/// listens), or everybody. Requests are single lines of at most <see cref="RequestLengthMax"/> octets; connections are
/// few, fewer for one user where everybody may connect, and idle ones are cut. Thread-safe.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    public const int RequestLengthMax = 1024;

    /// <summary>Connections of one user to a socket that everybody may open.</summary>
    public const int ConnectionsPerUserMax = 4;

    private const int ConnectionsMax = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The sockets that everybody may open are in the same folder; each has its own mode.</summary>
    private const UnixFileMode FolderMode = OwnerOnly | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly string _path;
    private readonly IAdminCommands _commands;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _slots = new(ConnectionsMax, ConnectionsMax);
    private readonly Dictionary<uint, int> _users = [];
    private readonly Lock _lock = new();
    private readonly int _perUserMax;
    private readonly Func<CancellationToken, ValueTask<Socket>> _accept;
    private readonly Task _accepting;

    private AdminServer(
        Socket listener,
        string path,
        IAdminCommands commands,
        TimeProvider time,
        int perUserMax,
        Func<CancellationToken, ValueTask<Socket>>? accept)
    {
        _perUserMax = perUserMax;
        _accept = accept ?? listener.AcceptAsync;
        _listener = listener;
        _path = path;
        _commands = commands;
        _time = time;
        _accepting = AcceptAsync();
    }

    /// <param name="path">Where.</param>
    /// <param name="commands">What it answers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isForAll">Every user may connect; the commands look at who asks.</param>
    /// <param name="accept">What accepts in the listener's place, to fail at will; for tests.</param>
    /// <exception cref="IOException">The path is in use or cannot be made.</exception>
    public static AdminServer Start(
        string path,
        IAdminCommands commands,
        TimeProvider time,
        bool isForAll = false,
        Func<CancellationToken, ValueTask<Socket>>? accept = null)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!, FolderMode);
        RemoveStale(full);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Nobody can connect between bind and listen, so the mode is in force from the first moment.
            listener.Bind(new UnixDomainSocketEndPoint(full));
            File.SetUnixFileMode(full, isForAll ? Everybody : OwnerOnly);
            listener.Listen(ConnectionsMax);
            int perUserMax = isForAll ? ConnectionsPerUserMax : ConnectionsMax;
            return new AdminServer(listener, full, commands, time, perUserMax, accept);
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        for (int i = 0; i < ConnectionsMax; i++)
        {
            await _slots.WaitAsync();
        }

        File.Delete(_path);
        _stopping.Dispose();
        _slots.Dispose();
    }

    /// <summary>A relay that was killed leaves its socket behind; one that runs must keep it.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (IsSocket(path))
            {
                File.Delete(path);
                return;
            }
        }
        catch (SocketException exception)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }

        throw new IOException($"{path}: in use by another relay, or not a socket");
    }

    /// <summary>Sockets alone cannot be opened (ENXIO); the runtime offers no other way to tell.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            using (File.OpenHandle(path))
            {
                return false;
            }
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(_stopping.Token);
                Socket socket;
                try
                {
                    socket = await _accept(_stopping.Token);
                }
                catch (SocketException)
                {
                    // Out of descriptors: one second later there may be some. Connections wait in the backlog.
                    _slots.Release();
                    await Task.Delay(AcceptPause, _time, _stopping.Token);
                    continue;
                }
                catch
                {
                    _slots.Release();
                    throw;
                }

                _ = ServeAsync(socket);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The stop.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        uint? user = PeerCredentials.Of(socket)?.User;
        bool isWelcome = TryEnter(user);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var response = new AdminResponse(stream, _time);
            if (!isWelcome)
            {
                await response.EndAsync("too many connections of one user", _stopping.Token);
                return;
            }

            byte[] buffer = new byte[RequestLengthMax];
            int filled = 0;
            while (true)
            {
                int end = buffer.AsSpan(0, filled).IndexOf((byte)'\n');
                if (end >= 0)
                {
                    string request = Encoding.UTF8.GetString(buffer, 0, end).TrimEnd('\r');
                    buffer.AsSpan(end + 1, filled - end - 1).CopyTo(buffer);
                    filled -= end + 1;
                    string? error = await _commands.RunAsync(request, user, response, _stopping.Token);
                    await response.EndAsync(error, _stopping.Token);
                    continue;
                }

                if (filled == buffer.Length)
                {
                    await response.EndAsync("the request is too long", _stopping.Token);
                    return;
                }

                using var idle = new CancellationTokenSource(IdleTime, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, _stopping.Token);
                int read = await stream.ReadAsync(buffer.AsMemory(filled), either.Token);
                if (read == 0)
                {
                    return;
                }

                filled += read;
            }
        }
        catch (Exception exception) when (
            exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, was idle for too long, or we are stopping.
        }
        finally
        {
            if (isWelcome)
            {
                Leave(user);
            }

            _slots.Release();
        }
    }

    private bool TryEnter(uint? user)
    {
        lock (_lock)
        {
            int count = _users.GetValueOrDefault(user ?? uint.MaxValue);
            _users[user ?? uint.MaxValue] = count < _perUserMax ? count + 1 : count;
            return count < _perUserMax;
        }
    }

    private void Leave(uint? user)
    {
        lock (_lock)
        {
            if (--_users[user ?? uint.MaxValue] == 0)
            {
                _users.Remove(user ?? uint.MaxValue);
            }
        }
    }
}
