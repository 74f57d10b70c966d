using System.Buffers;
using System.Threading.Channels;
using Relay.Host.Running;
using Relay.Queue;
using Relay.Smtp;
using Relay.Testing;
using Relay.Throttling;

namespace Relay.Host.Tests.Running;

/// <summary>Sendmail: QueueLA.</summary>
public class LoadGateTests
{
    [Fact]
    public async Task From_the_limit_on_mail_is_queued_only_and_delivered_when_the_load_allows_it_again()
    {
        var time = new ManualTimeProvider();
        var load = new SetLoad { OneMinute = 15.6 };
        var delivery = new RecordingDelivery();
        await using IMailQueue queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Memory }, time);
        queue.Start(new LoadGate(queue, delivery, load, () => 16, time));

        QueueId id = await AcceptAsync(queue);
        Assert.True(queue.TryGetInfo(id, out QueueEntryInfo info));
        Assert.Equal(QueueEntryState.Deferred, info.State);
        Assert.False(delivery.Told.Reader.TryRead(out _));

        load.OneMinute = 15.4;
        time.Advance(TimeSpan.FromSeconds(90));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Assert.Equal(id, await delivery.Told.Reader.ReadAsync(limit.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Below_the_limit_or_without_one_nothing_waits(int max)
    {
        var time = new ManualTimeProvider();
        var delivery = new RecordingDelivery();
        await using IMailQueue queue = MailQueueFactory.Open(
            new MailQueueOptions { Engine = MailQueueEngine.Memory }, time);
        queue.Start(new LoadGate(queue, delivery, new SetLoad { OneMinute = 50 }, () => max, time));

        QueueId id = await AcceptAsync(queue);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Assert.Equal(id, await delivery.Told.Reader.ReadAsync(limit.Token));
    }

    private static async Task<QueueId> AcceptAsync(IMailQueue queue)
    {
        using IncomingMessage incoming = queue.CreateIncoming();
        using var envelope = new Envelope();
        envelope.SetReversePath("a@b.example"u8);
        envelope.AddRecipient("c@d.example"u8, default, DsnNotify.Unspecified);
        incoming.Begin();
        await incoming.AcceptAsync(new AcceptRequest(envelope), new ReadOnlySequence<byte>("x\r\n"u8.ToArray()));
        return incoming.Id;
    }

    private sealed class SetLoad : ILoadAverage
    {
        public double OneMinute { get; set; }
    }

    private sealed class RecordingDelivery : IQueueConsumer
    {
        public Channel<QueueId> Told { get; } = Channel.CreateUnbounded<QueueId>();

        public void Ready(QueueId id, uint tag, Envelope? envelope) => Told.Writer.TryWrite(id);
    }
}
