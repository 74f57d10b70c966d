namespace Relay.Queue.Tests;

/// <summary>The queue without records.</summary>
internal sealed class NullQueueEngine : QueueEngine
{
    public override bool IsPersistent => false;

    public override IMailQueue Open(TimeProvider time, long messagesMax)
    {
        var options = new MailQueueOptions
        {
            Engine = MailQueueEngine.Null,
            MessagesMax = messagesMax,
            OnIncident = Incidents.Enqueue,
        };
        return MailQueueFactory.Open(options, time);
    }

    public override void Dispose()
    {
    }
}
