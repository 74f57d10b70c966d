namespace Relay.Queue.Tests;

/// <summary>The engine on the durable journal, in a directory of its own.</summary>
internal sealed class FasterQueueEngine : QueueEngine
{
    private readonly string _directory = QueueExtensions.NewDirectory();

    public override IMailQueue Open(TimeProvider time, long messagesMax)
    {
        var options = new MailQueueOptions
        {
            Engine = MailQueueEngine.Faster,
            Directory = _directory,
            SegmentSize = 1 << 20,
            MessagesMax = messagesMax,
            OnIncident = Incidents.Enqueue,
        };
        return MailQueueFactory.Open(options, time);
    }

    public override void Dispose() => Directory.Delete(_directory, recursive: true);
}
