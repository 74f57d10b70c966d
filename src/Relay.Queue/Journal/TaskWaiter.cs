namespace Relay.Queue.Journal;

/// <summary>
/// A waiter with a task, for the rare callers that await a commit without a waiter of their own. What awaits it runs on
/// a pool thread of its own: it may take long (a snapshot), and the others of the batch do not wait for it.
/// </summary>
internal sealed class TaskWaiter : CommitWaiter
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
