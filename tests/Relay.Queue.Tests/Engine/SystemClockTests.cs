using static Relay.Queue.Tests.QueueExtensions;

namespace Relay.Queue.Tests.Engine;

/// <summary>What only the real clock's timers show.</summary>
public sealed class SystemClockTests
{
    [Theory]
    [InlineData(MailQueueEngine.Memory)]
    [InlineData(MailQueueEngine.Null)]
    public async Task Attempts_soon_and_far_away_are_scheduled(MailQueueEngine engine)
    {
        var options = new MailQueueOptions { Engine = engine };
        await using IMailQueue queue = MailQueueFactory.Open(options, TimeProvider.System);
        var consumer = new RecordingConsumer();
        queue.Start(consumer);
        QueueId far = await queue.AcceptAsync();
        QueueId soon = await queue.AcceptAsync();
        consumer.Next();
        consumer.Next();
        queue.RunJob(far, RecipientStatus.Deferred, Never);
        queue.RunJob(soon, RecipientStatus.Deferred, TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(200));
        Assert.Equal(soon, consumer.Next().Id);
        Assert.Equal(0, consumer.Count);
    }
}
