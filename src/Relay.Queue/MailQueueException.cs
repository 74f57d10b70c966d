namespace Relay.Queue;

/// <summary>The one exception of this floor; <see cref="Error"/> says why.</summary>
public sealed class MailQueueException : Exception
{
    public MailQueueException(MailQueueError error, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
    }

    public MailQueueError Error { get; }
}
