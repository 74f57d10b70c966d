using System.Buffers;
using System.Text;
using System.Text.Json;
using Relay.Delivery;
using Relay.Dns;
using Relay.Host.Admin;
using Relay.Host.Running;
using Relay.Host.Tests.Tables;
using Relay.Logging;
using Relay.Logging.Tracing;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Host.Tests.Admin;

/// <summary>An admin server on a real socket over a queue without records.</summary>
internal sealed class AdminFixture : IAsyncDisposable, IQueueConsumer
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("relay-admin-");
    private readonly TableFolder _tables = new();
    private readonly Heartbeat _heartbeat = new(TimeProvider.System);
    private readonly QueueFlush _flush;
    private readonly AdminServer _server;
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AdminFixture()
    {
        Queue = MailQueueFactory.Open(new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        _tables.With("mailertable", "routed.example smtp:[192.0.2.1]\n");
        IRouteResolver routes = new RouteResolver(_tables.Rules().Holder);
        _flush = new QueueFlush(Queue, routes, Unblocked.Add);
        var dns = new DnsOptions();
        Delivery = new DeliveryService(
            Queue,
            routes,
            new HostResolver(new SilentResolver(), dns, TimeProvider.System),
            NullMailLog.Instance,
            _heartbeat,
            new DeliveryOptions { HostName = "relay.example" });
        Watches = new DeliveryWatches(Queue);
        Report = new MailqReport(Queue, "/var/spool/relay/queue");
        Socket = Path.Combine(_directory.FullName, "deep", "admin.sock");
        _server = AdminServer.Start(Socket, Commands, TimeProvider.System);
        Queue.Start(this);
    }

    public IMailQueue Queue { get; }

    public string Socket { get; }

    /// <summary>It gets no mail: what is ready comes to the fixture.</summary>
    public DeliveryService Delivery { get; }

    /// <summary>Where what must outlive the relay is kept.</summary>
    public string Folder => _directory.FullName;

    public List<string?> Unblocked { get; } = [];

    public List<QueueId> ReadyAgain { get; } = [];

    /// <summary>What the commands log, and what <c>trace</c> finds.</summary>
    public TraceRing Trace { get; } = new(64 << 10, TimeProvider.System);

    public DeliveryWatches Watches { get; }

    public MailqReport Report { get; }

    public QueueCommands Commands => new(
        Queue,
        new QueueActions(Queue, _flush, Trace),
        new TraceCommands(Trace),
        new DestinationCommands(Queue, Delivery, new SuspensionFile(_directory.FullName)),
        Report,
        new QueueRun(Queue, _flush, Report, Watches, () => Unblocked.Add(null)));

    /// <summary>
    /// Puts a message into the queue, deferred with a reply. A recipient may be followed by its own reverse-path.
    /// </summary>
    public async Task<QueueId> AddAsync(string reversePath, params string[] recipients)
    {
        using IncomingMessage incoming = Queue.CreateIncoming();
        using var envelope = new Envelope();
        envelope.SetReversePath(Encoding.UTF8.GetBytes(reversePath));
        envelope.SetClient("[192.0.2.9]"u8);
        foreach (string recipient in recipients)
        {
            byte[][] paths = [.. recipient.Split(' ').Select(Encoding.UTF8.GetBytes)];
            if (paths.Length == 1)
            {
                envelope.AddRecipient(paths[0], default, DsnNotify.Unspecified);
            }
            else
            {
                envelope.AddRecipient(paths[0], default, DsnNotify.Unspecified, paths[1]);
            }
        }

        incoming.Begin();
        QueueId id = incoming.Id;
        await incoming.AcceptAsync(
            new AcceptRequest(envelope), new ReadOnlySequence<byte>("Subject: x\r\n\r\nx\r\n"u8.ToArray()));
        using QueuedMessage message = Queue.CreateQueued();
        Assert.True(Queue.TryOpen(id, message));
        RecipientOutcome[] outcomes =
        [
            .. recipients.Select((_, i) => new RecipientOutcome(
                (ushort)i, RecipientStatus.Deferred, 450, default, "450 try later"u8.ToArray())),
        ];
        Queue.Complete(message, outcomes, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
        ReadyAgain.Clear();
        _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return id;
    }

    /// <summary>Asks and returns the lines and the error.</summary>
    public async Task<(IReadOnlyList<JsonElement> Lines, string? Error)> AskAsync(string request)
    {
        using AdminClient client = await AdminClient.ConnectAsync(Socket, CancellationToken.None);
        var lines = new List<JsonElement>();
        string? error = await client.AskAsync(
            request, line => lines.Add(JsonDocument.Parse(line).RootElement), CancellationToken.None);
        return (lines, error);
    }

    /// <summary>Completes when a message was made ready after the last one was added.</summary>
    public Task WhenReadyAsync() => _ready.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Ready(QueueId id, uint tag, Envelope? envelope)
    {
        Queue.Assign(id, 1, 0);
        ReadyAgain.Add(id);
        _ready.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Delivery.DisposeAsync();
        _heartbeat.Dispose();
        await Queue.DisposeAsync();
        _flush.Dispose();
        _tables.Dispose();
        _directory.Delete(recursive: true);
    }
}
