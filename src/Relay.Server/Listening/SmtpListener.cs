using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Relay.Server.Listening;

/// <summary>
/// One bound endpoint and its accept loop. A connection costs the loop only its dispatch to the thread pool, so that
/// a slow session start holds up no other accept.
/// </summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly IConnectionListener _listener;
    private readonly AcceptControl _control;
    private readonly SmtpConnectionHandler _handler;
    private readonly SmtpServerContext _server;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private int _disposed;

    private SmtpListener(
        SmtpListenerOptions options,
        IConnectionListener listener,
        AcceptControl control,
        SmtpServerContext server)
    {
        Options = options;
        _listener = listener;
        _control = control;
        _server = server;
        _handler = new SmtpConnectionHandler(server, options.Name)
        {
            Modifiers = options.Modifiers,
            IdentifiesUsers = options.IdentifiesUsers,
            ExpectsProxy = options.ExpectsProxy,
            DelayLoad = options.DelayLoad,
            QueueLoad = options.QueueLoad,
            QueuesOnly = options.QueuesOnly,
        };
    }

    public SmtpListenerOptions Options { get; }

    /// <summary>As bound: port 0 has become a real one.</summary>
    public EndPoint EndPoint => _listener.EndPoint;

    /// <param name="inherited">A socket that is bound already and listens; null binds one.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static async Task<SmtpListener> BindAsync(
        SmtpListenerOptions options,
        IConnectionListenerFactory transport,
        SmtpServerContext server,
        int? inherited,
        CancellationToken cancellation)
    {
        if (inherited is null && options.EndPoint is UnixDomainSocketEndPoint unix)
        {
            if (options.SocketMode is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(unix.ToString()))!);
            }

            UnixSocketFile.RemoveStale(unix);
        }

        var control = new AcceptControl(options, server);
        var factory = new AcceptControlListenerFactory(transport, control, options);
        try
        {
            IConnectionListener listener = await factory.BindAsync(
                inherited is { } descriptor ? HandleOf(options.EndPoint, descriptor) : options.EndPoint, cancellation);
            if (inherited is null && options is { EndPoint: UnixDomainSocketEndPoint file, SocketMode: { } mode })
            {
                File.SetUnixFileMode(file.ToString(), mode);
            }

            return new SmtpListener(options, listener, control, server);
        }
        catch (AddressInUseException exception)
        {
            throw new IOException($"{options.EndPoint} is in use.", exception);
        }
    }

    public void Start() => _loop = AcceptAsync();

    /// <summary>Takes over what may change without binding anew.</summary>
    public void Update(SmtpListenerOptions options)
    {
        _control.Update(options);
        _handler.Modifiers = options.Modifiers;
        _handler.ExpectsProxy = options.ExpectsProxy;
        _handler.DelayLoad = options.DelayLoad;
        _handler.QueueLoad = options.QueueLoad;
        _handler.QueuesOnly = options.QueuesOnly;
    }

    /// <summary>Stops accepting; sessions go on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _listener.UnbindAsync();
        await _loop;
        await _listener.DisposeAsync();
        _stopping.Dispose();
        if (Options.EndPoint is UnixDomainSocketEndPoint unix)
        {
            UnixSocketFile.Remove(unix);
        }
    }

    private static FileHandleEndPoint HandleOf(EndPoint endPoint, int descriptor) => new(
        (ulong)descriptor, endPoint is UnixDomainSocketEndPoint ? FileHandleType.Pipe : FileHandleType.Tcp);

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                ConnectionContext? connection = await _listener.AcceptAsync(_stopping.Token);
                if (connection is null)
                {
                    return;
                }

                ThreadPool.UnsafeQueueUserWorkItem(
                    static state => _ = state.Listener.RunAsync(state.Connection),
                    (Listener: this, Connection: connection),
                    preferLocal: false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // Out of descriptors or memory: one second later there may be some. Connections wait in the backlog.
                _server.Logger.LogError(exception, "Accepting on {Listener} failed", Options.Name);
                await PauseAsync();
            }
        }
    }

    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _server.Heartbeat.Time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // stopping: the loop sees it
        }
    }

    private async Task RunAsync(ConnectionContext connection)
    {
        try
        {
            await _handler.OnConnectedAsync(connection);
        }
        catch (Exception exception)
        {
            _server.Logger.LogError(exception, "A connection on {Listener} failed", Options.Name);
        }
        finally
        {
            // Waits until the peer has read the rest, or is known to be gone.
            using var deadline = new ClosingDeadline(connection, _server.Heartbeat, _server.Settings.ReplyTimeout);
            await connection.DisposeAsync();
        }
    }
}
