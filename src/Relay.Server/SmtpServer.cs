using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Relay.Logging;
using Relay.Server.Listening;
using Relay.Server.Policies;

namespace Relay.Server;

/// <summary>
/// The SMTP server role: listeners, their sessions, start, reload and graceful stop. Start, reload and stop are
/// called one at a time.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    /// <summary>How long sessions get to say goodbye after the drain time, and again to be cut.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(5);

    private static readonly BlockMemoryPool Memory = new();

    private readonly SmtpServerContext _context;
    private readonly SmtpServerServices _services;
    private readonly IConnectionListenerFactory _transport;
    private readonly List<SmtpListener> _listeners = [];
    private SmtpServerOptions _options;
    private bool _stopped;

    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public SmtpServer(SmtpServerOptions options, SmtpServerServices services)
    {
        _options = options;
        _services = services;
        _context = new SmtpServerContext(MakeSettings(options), services) { Memory = Memory };
        _transport = CreateTransport(options, services);
    }

    /// <summary>Where it listens; a port 0 of the options has become a real one.</summary>
    public IReadOnlyList<EndPoint> EndPoints => [.. _listeners.Select(static listener => listener.EndPoint)];

    public SmtpServerCounters Counters => _context.Counters;

    /// <summary>
    /// Binds every listener, then accepts on all of them; binds none if one that is not optional cannot be bound.
    /// </summary>
    /// <exception cref="IOException">An address is in use.</exception>
    /// <exception cref="SocketException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            foreach (SmtpListenerOptions listener in _options.Listeners)
            {
                if (await TryBindAsync(listener, cancellation) is { } bound)
                {
                    _listeners.Add(bound);
                }
            }
        }
        catch
        {
            await CloseAsync(_listeners);
            throw;
        }

        _listeners.ForEach(static listener => listener.Start());
    }

    /// <summary>
    /// New sessions take the new options, running ones keep theirs. Listeners whose endpoint is new are bound before
    /// those that are gone are closed; no session is lost. Backlog and buffer options count from the next start.
    /// </summary>
    /// <exception cref="ArgumentException">The options make no sense; nothing has changed.</exception>
    /// <exception cref="IOException">An address is in use; nothing has changed.</exception>
    public async Task ReloadAsync(SmtpServerOptions options, CancellationToken cancellation = default)
    {
        SmtpServerSettings settings = MakeSettings(options);
        List<SmtpListener> added = [];
        List<SmtpListener> gone = [.. _listeners];
        List<(SmtpListener Listener, SmtpListenerOptions Wanted)> kept = [];
        try
        {
            foreach (SmtpListenerOptions wanted in options.Listeners)
            {
                SmtpListener? present = gone.Find(
                    listener => listener.Options.Name == wanted.Name
                        && listener.Options.EndPoint.Equals(wanted.EndPoint));
                if (present is null)
                {
                    if (await TryBindAsync(wanted, cancellation) is { } bound)
                    {
                        added.Add(bound);
                    }
                }
                else
                {
                    gone.Remove(present);
                    kept.Add((present, wanted)); // not yet: another listener may not come to be
                }
            }
        }
        catch
        {
            await CloseAsync(added);
            throw;
        }

        _context.Settings = settings;
        _options = options;
        kept.ForEach(static pair => pair.Listener.Update(pair.Wanted));
        added.ForEach(static listener => listener.Start());
        _listeners.AddRange(added);
        _listeners.RemoveAll(gone.Contains);
        await CloseAsync(gone);
    }

    /// <summary>
    /// Stops accepting, lets transactions finish for <paramref name="drainTime"/>, answers 421 to the rest and cuts
    /// what does not go even then. The queue must still work while this runs.
    /// </summary>
    public async Task StopAsync(TimeSpan drainTime)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await CloseAsync(_listeners);
        _context.Sessions.RequestStop();
        if (!await TryDrainAsync(drainTime))
        {
            _context.Sessions.RequestEnd();
            if (!await TryDrainAsync(GoodbyeTime))
            {
                _context.Sessions.Abort();
                await TryDrainAsync(GoodbyeTime);
            }
        }

        _context.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        (_transport as IDisposable)?.Dispose();
    }

    private static async Task CloseAsync(List<SmtpListener> listeners)
    {
        foreach (SmtpListener listener in listeners)
        {
            await listener.DisposeAsync();
        }

        listeners.Clear();
    }

    /// <summary>See docs/adr/0001.</summary>
    private static SocketTransportFactory CreateTransport(SmtpServerOptions options, SmtpServerServices services) =>
        TransportServices.CreateTransport(
            transport =>
            {
                transport.Backlog = options.Backlog;
                transport.CreateBoundListenSocket = TunedEndPoint.CreateSocket;
                transport.NoDelay = true;
                transport.UnsafePreferInlineScheduling = true;
                transport.WaitForDataBeforeAllocatingBuffer = options.WaitForDataBeforeAllocatingBuffer;
                transport.MaxReadBufferSize = 128 * 1024;
                transport.MaxWriteBufferSize = 64 * 1024;
            },
            Memory,
            services.LoggerFactory);

    /// <returns>Null for an optional listener whose address cannot be bound.</returns>
    private async Task<SmtpListener?> TryBindAsync(SmtpListenerOptions listener, CancellationToken cancellation)
    {
        try
        {
            return await SmtpListener.BindAsync(
                listener, _transport, _context, _services.TakeInheritedSocket?.Invoke(listener.EndPoint), cancellation);
        }
        catch (Exception exception) when (exception is IOException or SocketException
            && (listener.Modifiers & ListenerModifiers.Optional) != 0)
        {
            string text = $"daemon {listener.Name}: cannot bind {listener.EndPoint}: {exception.Message}";
            _context.Log.Write(new MailEvent { Kind = MailEventKind.Daemon, Reply = Encoding.UTF8.GetBytes(text) });
            return null;
        }
    }

    private SmtpServerSettings MakeSettings(SmtpServerOptions options)
    {
        int room = DescriptorLimit.ConnectionsRoom;
        if (options.ConnectionsMax > room)
        {
            ILogger logger = _services.LoggerFactory.CreateLogger<SmtpServer>();
            logger.LogWarning(
                "The limit on open files leaves room for {Room} of {Wanted} connections",
                room,
                options.ConnectionsMax);
        }

        return new SmtpServerSettings(
            options, _services.EtrnHandler is not null, _services.AddressVerifier is not null, room);
    }

    private async Task<bool> TryDrainAsync(TimeSpan time)
    {
        if (_context.Sessions.Drained.IsCompleted)
        {
            return true;
        }

        if (time <= TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            await _context.Sessions.Drained.WaitAsync(time, _services.Heartbeat.Time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
