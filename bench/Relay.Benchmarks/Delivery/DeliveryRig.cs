using System.Buffers;
using System.Globalization;
using System.Text;
using Relay.Delivery;
using Relay.Queue;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Benchmarks.Delivery;

/// <summary>
/// A delivery service with so many destinations at one server, and one more that is suspended and takes what is parked.
/// Messages of 2 KB from the queue that costs next to nothing.
/// </summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    /// <summary>
    /// Messages under way at most, fewer than the queue keeps spare objects: it allocates none, and so no collection
    /// has to look at those that are parked, which the queue on disk does not have.
    /// </summary>
    private const int UnderWayMax = 4_000;

    private readonly AcceptRequest _request = new(new Envelope());
    private readonly ReadOnlySequence<byte> _content;
    private readonly byte[][] _recipients;
    private readonly int _destinations;
    private readonly DeliveryCount _count = new();
    private readonly Heartbeat _heartbeat = new(TimeProvider.System);
    private readonly IMailQueue _queue;
    private readonly IncomingMessage _incoming;
    private readonly DeliveryService _service;

    public DeliveryRig(int destinations, int port)
    {
        _destinations = destinations;
        byte[] content = new byte[2048];
        content.AsSpan().Fill((byte)'x');
        "\r\n"u8.CopyTo(content.AsSpan(2046));
        _content = new ReadOnlySequence<byte>(content);
        _recipients = [.. Enumerable.Range(0, destinations + 1).Select(static i => Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"x@{i}")))];
        var routes = new NumberedRoutes(destinations + 1, port);
        _queue = MailQueueFactory.Open(new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        _service = new DeliveryService(
            _queue,
            routes,
            routes,
            _count,
            _heartbeat,
            new DeliveryOptions { HostName = "relay.test", ConnectionIdleTimeout = TimeSpan.FromMinutes(10) });
        _queue.Start(_service);
        _incoming = _queue.CreateIncoming();
        _service.Suspend(NumberedRoutes.NameOf(destinations), "stuck", duration: null, isManual: true);
    }

    /// <summary>Adds messages to the suspended destination's line.</summary>
    public async Task ParkAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await SubmitAsync(_destinations);
        }
    }

    /// <summary>Sends so many messages, to one destination after the other.</summary>
    public async Task DeliverAsync(int messages)
    {
        const int Step = UnderWayMax / 2;
        Task before = Task.CompletedTask;
        for (int sent = 0; sent < messages; sent += Step)
        {
            int count = Math.Min(Step, messages - sent);
            Task these = _count.After(count);
            for (int i = 0; i < count; i++)
            {
                await SubmitAsync((sent + i) % _destinations);
            }

            await before;
            before = these;
        }

        await before;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _incoming.Dispose();
        await _queue.DisposeAsync();
        _heartbeat.Dispose();
    }

    private ValueTask SubmitAsync(int destination)
    {
        Envelope envelope = _request.Envelope;
        envelope.Reset();
        envelope.SetReversePath("sender@client.test"u8);
        envelope.AddRecipient(_recipients[destination], default, DsnNotify.Unspecified);
        _incoming.Begin();
        return _incoming.AcceptAsync(_request, _content);
    }
}
