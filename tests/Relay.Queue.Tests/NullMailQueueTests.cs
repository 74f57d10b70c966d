namespace Relay.Queue.Tests;

/// <summary>The queue without records.</summary>
public sealed class NullMailQueueTests : MailQueueConformanceTests
{
    protected override bool IsPersistent => false;

    private protected override IMailQueue Open(MailQueueOptions options) =>
        MailQueueFactory.Open(new MailQueueOptions { Engine = MailQueueEngine.Null, MessagesMax = options.MessagesMax }, Time);
}
