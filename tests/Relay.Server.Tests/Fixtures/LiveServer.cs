using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Server.Policies;
using Relay.Throttling;

namespace Relay.Server.Tests.Fixtures;

/// <summary>A server on real sockets with fakes behind it.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private LiveServer(SmtpServerOptions options, TimeProvider time, IDeliveryWatcher? watcher)
    {
        Heartbeat = new Heartbeat(time);
        Server = new SmtpServer(options, new SmtpServerServices
        {
            Queue = Queue,
            ConnectionPolicy = Policy,
            RecipientPolicy = Policy,
            Heartbeat = Heartbeat,
            LoadAverage = Load,
            LoggerFactory = NullLoggerFactory.Instance,
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

    public static async Task<LiveServer> StartAsync(
        SmtpServerOptions? options = null, TimeProvider? time = null, IDeliveryWatcher? watcher = null)
    {
        var live = new LiveServer(
            options ?? new SmtpServerOptions { HostName = "mx.test", Listeners = [Loopback()] },
            time ?? TimeProvider.System,
            watcher);
        await live.Server.StartAsync();
        return live;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Heartbeat.Dispose();
    }
}
