using System.Buffers;
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Relay.Delivery;
using Relay.Logging;
using Relay.Queue;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Benchmarks.Delivery;

/// <summary>
/// Delivery over real sockets, 2 KB each, round robin over the destinations, from a queue that costs next to nothing.
/// Asked for: to 1,000 destinations at least 70 % of what goes to one; and half a million messages that are stuck at
/// another destination cost nothing that can be measured.
/// </summary>
[MemoryDiagnoser]
public class DestinationBenchmarks
{
    private const int Messages = 10_000;

    private readonly AcceptRequest _request = new(new Envelope());
    private ReadOnlySequence<byte> _content;
    private byte[][] _recipients = [];
    private SmtpSink _sink = null!;
    private Heartbeat _heartbeat = null!;
    private IMailQueue _queue = null!;
    private IncomingMessage _incoming = null!;
    private DeliveryService _service = null!;

    [Params(1, 1000)]
    public int Destinations { get; set; }

    /// <summary>Messages that wait for a destination that is suspended.</summary>
    [Params(0, 500_000)]
    public int Stuck { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        byte[] content = new byte[2048];
        content.AsSpan().Fill((byte)'x');
        "\r\n"u8.CopyTo(content.AsSpan(2046));
        _content = new ReadOnlySequence<byte>(content);
        _recipients = [.. Enumerable.Range(0, Destinations + 1).Select(static i => Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"x@{i}")))];
        _sink = new SmtpSink();
        _heartbeat = new Heartbeat(TimeProvider.System);
        var routes = new NumberedRoutes(Destinations + 1, _sink.Port);
        _queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        _service = new DeliveryService(
            _queue,
            routes,
            routes,
            NullMailLog.Instance,
            _heartbeat,
            new DeliveryOptions { HostName = "relay.test", ConnectionIdleTimeout = TimeSpan.FromMinutes(10) });
        _queue.Start(_service);
        _incoming = _queue.CreateIncoming();
        _service.Suspend(NumberedRoutes.NameOf(Destinations), "stuck", duration: null, isManual: true);
        for (int i = 0; i < Stuck; i++)
        {
            await SubmitAsync(Destinations);
        }

        await DeliverAsync(); // connections are up from now on
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task DeliverAsync()
    {
        Task all = _sink.After(Messages);
        for (int i = 0; i < Messages; i++)
        {
            await SubmitAsync(i % Destinations);
        }

        await all;
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _service.DisposeAsync();
        await _queue.DisposeAsync();
        _heartbeat.Dispose();
        _sink.Dispose();
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
