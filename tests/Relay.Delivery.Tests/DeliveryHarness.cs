using System.Buffers;
using System.Text;
using Relay.Delivery.Authentication;
using Relay.Dns;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Delivery.Tests;

/// <summary>The delivery service on a queue in RAM, with a clock that the test moves, and real sockets.</summary>
internal sealed class DeliveryHarness : IAsyncDisposable
{
    /// <param name="queueOptions">Null for a queue in RAM.</param>
    /// <param name="hosts">Null for those of <see cref="Routes"/>.</param>
    public DeliveryHarness(
        DeliveryOptions? options = null,
        MailQueueOptions? queueOptions = null,
        IHostResolver? hosts = null,
        Func<string, bool>? isOwnHost = null,
        ManualTimeProvider? time = null,
        ICredentialSource? credentials = null,
        IAddressees? addressees = null)
    {
        Time = time ?? new ManualTimeProvider();
        Heartbeat = new Heartbeat(Time);
        queueOptions ??= new MailQueueOptions { Engine = MailQueueEngine.Null };
        Queue = new RecordingQueue(MailQueueFactory.Open(queueOptions, Time));
        Service = new DeliveryService(
            Queue,
            Routes,
            hosts ?? Routes,
            Log,
            Heartbeat,
            options ?? new DeliveryOptions { HostName = "relay.test" },
            isOwnHost,
            addressees,
            credentials: credentials);
        Queue.Start(Service);
    }

    /// <summary>One connection per destination, so that messages follow each other.</summary>
    public static DeliveryOptions OneConnection { get; } =
        new() { HostName = "relay.test", ConnectionsPerDestinationMax = 1 };

    public ManualTimeProvider Time { get; }

    public Heartbeat Heartbeat { get; }

    public TestRoutes Routes { get; } = new();

    public RecordingQueue Queue { get; }

    public RecordingMailLog Log { get; } = new();

    public DeliveryService Service { get; }

    /// <summary>Submits a message; <paramref name="content"/> is in wire form.</summary>
    public async Task<QueueId> SubmitAsync(
        string recipients,
        string content = "Subject: test\r\n\r\nHello\r\n",
        string reversePath = "sender@client.test",
        Action<AcceptRequest>? change = null)
    {
        byte[] wire = Encoding.UTF8.GetBytes(content);
        var request = new AcceptRequest(new Envelope());
        request.Envelope.SetReversePath(Encoding.UTF8.GetBytes(reversePath));
        foreach (string recipient in recipients.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            request.Envelope.AddRecipient(Encoding.UTF8.GetBytes(recipient), default, DsnNotify.Unspecified);
        }

        request.StuffedDotCount = content.Split("\r\n.").Length - 1;
        request.Flags = (request.StuffedDotCount > 0 ? ContentFlags.StuffedDots : ContentFlags.None)
            | (wire.Any(static o => o >= 0x80) ? ContentFlags.EightBit : ContentFlags.None);
        change?.Invoke(request);
        return await AcceptAsync(request, new ReadOnlySequence<byte>(wire));
    }

    public async Task<QueueId> AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> wire)
    {
        IncomingMessage incoming = Queue.CreateIncomingForTest();
        incoming.Begin();
        await incoming.AcceptAsync(request, wire);
        return incoming.Id;
    }

    /// <summary>
    /// Sends and waits until nothing is under way: the queue is told before a worker is free for what comes next.
    /// </summary>
    /// <param name="silent">See <see cref="QuietAsync"/>.</param>
    public async Task<RecordingQueue.Completion> SendAsync(
        string recipients, string reversePath = "sender@client.test", int silent = 0)
    {
        await SubmitAsync(recipients, reversePath: reversePath);
        RecordingQueue.Completion completion = await Queue.NextAsync();
        await QuietAsync(silent);
        return completion;
    }

    /// <summary>
    /// Moves the clock in small steps until the task has ended, but only while nothing is under way that it could
    /// overtake.
    /// </summary>
    /// <param name="silent">See <see cref="QuietAsync"/>.</param>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task, int silent = 0)
    {
        while (!task.IsCompleted)
        {
            if (IsQuiet(silent))
            {
                Time.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Yield();
        }

        return await task;
    }

    /// <summary>Waits until the only destination (null if there is none) is as wanted.</summary>
    public async Task UntilAsync(Func<DestinationSummary?, bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition(Service.SummarizeDestinations().SingleOrDefault()))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Waits until nothing is under way: what is in the queue waits for time to pass.</summary>
    /// <param name="silent">How many attempts are under way for good, at servers that have fallen silent.</param>
    public async Task QuietAsync(int silent = 0)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!IsQuiet(silent))
        {
            Assert.False(
                deadline.IsCancellationRequested,
                $"{Service.Unrouted} without routes; {string.Join("; ", Service.SummarizeDestinations())}");
            await Task.Yield();
        }
    }

    /// <summary>Waits until no message waits for its routes.</summary>
    public async Task QuietUnroutedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Service.Unrouted > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>
    /// Waits until no job of a message is under way, but some recipient is left, and until no other is: the queue is
    /// told before the destination has taken note, which time must not overtake.
    /// </summary>
    /// <param name="silent">See <see cref="QuietAsync"/>.</param>
    public async Task<QueueEntryInfo> DeferredAsync(QueueId id, int silent = 0)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        QueueEntryInfo info;
        while (!Queue.TryGetInfo(id, out info) || info.State != QueueEntryState.Deferred)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await QuietAsync(silent);
        return info;
    }

    private bool IsQuiet(int silent) =>
        Service.Unrouted == 0 && Service.SummarizeDestinations().Sum(static d => d.Active) <= silent;

    public async ValueTask DisposeAsync()
    {
        await Service.StopAsync(TimeSpan.Zero);
        await Service.DisposeAsync();
        await Queue.DisposeAsync();
        Heartbeat.Dispose();
    }
}
