using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

public sealed class WaiterBatchTests
{
    [Fact]
    public async Task What_follows_on_one_waiter_never_holds_up_the_others_of_its_batch()
    {
        // Two waiters make one worker: the first one's continuation ends only when the second is completed.
        var first = new TaskWaiter();
        var second = new TaskWaiter();
        Task blocked = BlockAsync(first.Task, second.Task);
        second.NextInBatch = first;
        WaiterBatch.Complete(second, error: null);

        await blocked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(second.Task.IsCompletedSuccessfully);
    }

    private static async Task BlockAsync(Task first, Task second)
    {
        await first;
        using var completed = new ManualResetEventSlim();
        second.GetAwaiter().OnCompleted(completed.Set);
        completed.Wait(TestContext.Current.CancellationToken);
    }
}
