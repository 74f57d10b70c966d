namespace Relay.Queue.Journal;

/// <summary>A waiter with a task, for the rare callers that await a commit without a waiter of their own.</summary>
internal sealed class TaskWaiter : CommitWaiter
{
    private readonly TaskCompletionSource _source = new();

    public Task Task => _source.Task;

    public override void OnCommitted(MailQueueException? error)
    {
        if (error is null)
        {
            _source.SetResult();
        }
        else
        {
            _source.SetException(error);
        }
    }
}
