namespace Relay.Queue.Tests;

/// <summary>The engine on the durable journal, in a directory of its own.</summary>
public sealed class FasterMailQueueTests : MailQueueConformanceTests
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "relay-queue-" + Guid.NewGuid().ToString("N"));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private protected override MailQueueOptions NewOptions(long messagesMax = 1000_000) => new()
    {
        Engine = MailQueueEngine.Faster,
        Directory = _directory,
        SegmentSize = 1 << 20,
        MessagesMax = messagesMax,
    };

    private protected override IMailQueue Open(MailQueueOptions options) => MailQueueFactory.Open(options, Time);
}
