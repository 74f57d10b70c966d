using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Policies;
using Relay.Throttling;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A server on real sockets with fakes behind it.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private static int _alone;

    private LiveServer(
        SmtpServerOptions options, TimeProvider time, IDeliveryWatcher? watcher, ILoggerFactory loggers)
    {
        Heartbeat = new Heartbeat(time);
        Server = new SmtpServer(options, new SmtpServerServices
        {
            Queue = Queue,
            ConnectionPolicy = Policy,
            RecipientPolicy = Policy,
            Heartbeat = Heartbeat,
            LoadAverage = Load,
            LoggerFactory = loggers,
            MailLog = Log,
            DeliveryWatcher = watcher,
        });
    }

    public Heartbeat Heartbeat { get; }

    public RecordingQueue Queue { get; } = new();

    public SetLoad Load { get; } = new();

    public ScriptedPolicy Policy { get; } = new();

    public RecordingMailLog Log { get; } = new();

    public SmtpServer Server { get; }

    public EndPoint EndPoint => Server.EndPoints[0];

    public static SmtpListenerOptions Loopback(int connectionsPerSecond = 0) => new()
    {
        EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        ConnectionsPerSecond = connectionsPerSecond,
    };

    /// <summary>
    /// On an address of its own: no other test is given its port while it is closed.
    /// </summary>
    public static SmtpListenerOptions Alone(int connectionsMax = 0) => new()
    {
        EndPoint = new IPEndPoint(new IPAddress([127, 99, 0, (byte)Interlocked.Increment(ref _alone)]), 0),
        ConnectionsMax = connectionsMax,
    };

    public static async Task<LiveServer> StartAsync(
        SmtpServerOptions? options = null,
        TimeProvider? time = null,
        IDeliveryWatcher? watcher = null,
        ILoggerFactory? loggers = null)
    {
        var live = new LiveServer(
            options ?? new SmtpServerOptions { HostName = "mx.test", Listeners = [Loopback()] },
            time ?? TimeProvider.System,
            watcher,
            loggers ?? NullLoggerFactory.Instance);
        await live.Server.StartAsync();
        return live;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Heartbeat.Dispose();
    }
}
