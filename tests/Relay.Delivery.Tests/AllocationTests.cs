using System.Buffers;
using System.Diagnostics;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Delivery.Tests;

/// <summary>What a delivered message costs once connections are up, with a queue that costs next to nothing.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Messages = 20_000;

#if DEBUG
    private const long OctetsMax = 4096; // state machines are classes without optimisation
#else
    // Only what the state machines' pools miss as messages move between threads.
    private const long OctetsMax = 256;
#endif

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delivered_message_allocates_next_to_nothing(bool pipelineTransactions)
    {
        using var sink = new BareSink();
        using var heartbeat = new Heartbeat(TimeProvider.System);
        var routes = new OneRoute(TestRoutes.To(sink.Port));
        var options = new DeliveryOptions
        {
            HostName = "relay.test",
            PipelineTransactions = pipelineTransactions,
            ConnectionsPerDestinationMax = 4,
        };
        await using IMailQueue queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Null }, TimeProvider.System);
        await using var service = new DeliveryService(
            queue, routes, new TestRoutes(), NullMailLog.Instance, heartbeat, options);
        queue.Start(service);

        await DeliverAsync(queue, sink, Messages);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await DeliverAsync(queue, sink, Messages);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        long perMessage = (GC.GetTotalAllocatedBytes(precise: true) - before) / Messages;

        output.WriteLine(
            $"{perMessage} octets, {cpu.TotalMicroseconds / Messages:0.0} us CPU per message with queue and sink, "
            + $"{Messages / elapsed.TotalSeconds:0} messages/s");
        Assert.InRange(perMessage, 0, OctetsMax);
        await service.StopAsync(TimeSpan.FromSeconds(5));
    }

    private static async Task DeliverAsync(IMailQueue queue, BareSink sink, int count)
    {
        byte[] content = new byte[2048];
        content.AsSpan().Fill((byte)'x');
        "\r\n"u8.CopyTo(content.AsSpan(2046));
        var sequence = new ReadOnlySequence<byte>(content);
        using IncomingMessage incoming = queue.CreateIncoming();
        using var envelope = new Envelope();
        var request = new AcceptRequest(envelope);
        long target = sink.Messages + count;
        for (int i = 0; i < count; i++)
        {
            // No more in flight than the queue's own pool of contents holds.
            var wait = new SpinWait();
            while (i - (sink.Messages - (target - count)) > 24)
            {
                wait.SpinOnce();
            }

            incoming.Begin();
            request.Reset();
            envelope.SetReversePath("sender@client.test"u8);
            envelope.AddRecipient("user@a.test"u8, default, DsnNotify.Unspecified);
            await incoming.AcceptAsync(request, sequence);
        }

        var rest = new SpinWait(); // gives its processor up, should there be no other
        while (sink.Messages < target || queue.Statistics.Messages > 0)
        {
            rest.SpinOnce();
        }
    }

    private sealed class OneRoute(Route route) : IRouteResolver
    {
        public bool TryResolve(ReadOnlySpan<byte> forwardPath, out RecipientRoute result)
        {
            result = new RecipientRoute(route);
            return true;
        }

        public ValueTask<RecipientRoute> ResolveAsync(
            ReadOnlyMemory<byte> forwardPath, CancellationToken cancellation) => new(new RecipientRoute(route));
    }
}
