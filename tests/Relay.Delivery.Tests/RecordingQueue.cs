using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Relay.Queue;

namespace Relay.Delivery.Tests;

/// <summary>A queue in RAM that remembers what the consumer said.</summary>
internal sealed class RecordingQueue(IMailQueue inner) : IMailQueue
{
    private readonly Channel<Completion> _completions = Channel.CreateUnbounded<Completion>();

    public int PieceSize => inner.PieceSize;

    public MailQueueError Condition => inner.Condition;

    public QueueStatistics Statistics => inner.Statistics;

    /// <summary>Makes <see cref="TryOpen"/> fail once as a damaged message does.</summary>
    public bool FailNextOpen { get; set; }

    /// <summary>Called behind every opening that succeeded, before its caller goes on; may block.</summary>
    public Action<QueueId>? Opened { get; set; }

    /// <summary>Called behind every Complete, before its caller goes on; may block.</summary>
    public Action<QueueId>? Completed { get; set; }

    /// <summary>Makes accepting from now on fail by delivery fail as a full disk does.</summary>
    public bool RefusesNew { get; set; }

    /// <summary>How many more times delivery may accept; then it fails as above.</summary>
    public int NewLeft { get; set; } = int.MaxValue;

    /// <summary>
    /// How many more changes by delivery reach the queue; then it is as good as killed: nothing does, and nothing is
    /// opened.
    /// </summary>
    public int WritesLeft { get; set; } = int.MaxValue;

    public bool IsKilled => WritesLeft == 0;

    /// <summary>Messages whose outcomes were lost by the kill.</summary>
    public ConcurrentBag<QueueId> Lost { get; } = [];

    public async Task<Completion> NextAsync() =>
        await _completions.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The next that says what became of a recipient.</summary>
    public async Task<Completion> NextOutcomesAsync()
    {
        Completion completion;
        do
        {
            completion = await NextAsync();
        }
        while (completion.Outcomes.Count == 0);

        return completion;
    }

    public bool TryNext(out Completion? completion) => _completions.Reader.TryRead(out completion);

    public IncomingMessage CreateIncoming() => RefusesNew || NewLeft-- == 0
        ? throw new MailQueueException(MailQueueError.InsufficientStorage, "full for the test")
        : WritesLeft == int.MaxValue ? inner.CreateIncoming()
        : new MortalIncoming(inner.CreateIncoming(), this);

    public IncomingMessage CreateIncomingForTest() => inner.CreateIncoming();

    public QueuedMessage CreateQueued() => inner.CreateQueued();

    public void Start(IQueueConsumer consumer) => inner.Start(consumer);

    public void Assign(QueueId id, int jobs, uint tag) => inner.Assign(id, jobs, tag);

    public bool TryAddJob(QueueId id) => inner.TryAddJob(id);

    public bool TryOpen(QueueId id, QueuedMessage message)
    {
        if (FailNextOpen)
        {
            FailNextOpen = false;
            throw new MailQueueException(MailQueueError.Damaged, "damaged for the test");
        }

        if (IsKilled || !inner.TryOpen(id, message))
        {
            return false;
        }

        Opened?.Invoke(id);
        return true;
    }

    public bool TryInspect(QueueId id, QueuedMessage message) => inner.TryInspect(id, message);

    public void Complete(QueuedMessage message, ReadOnlySpan<RecipientOutcome> outcomes, DateTimeOffset nextAttempt)
    {
        var copies = new List<Outcome>();
        foreach (RecipientOutcome outcome in outcomes)
        {
            copies.Add(new Outcome(
                outcome.Ordinal,
                outcome.Status,
                outcome.ReplyCode,
                outcome.EnhancedCode.ToString(),
                Encoding.UTF8.GetString(outcome.Reply.Span)));
        }

        var completion = new Completion(message.Id, copies, nextAttempt);
        if (!TryWrite())
        {
            Lost.Add(message.Id);
            return;
        }

        inner.Complete(message, outcomes, nextAttempt);
        _completions.Writer.TryWrite(completion);
        Completed?.Invoke(message.Id);
    }

    public void Return(QueueId id, DateTimeOffset nextAttempt)
    {
        if (IsKilled)
        {
            return;
        }

        inner.Return(id, nextAttempt);
        _completions.Writer.TryWrite(new Completion(id, [], nextAttempt));
    }

    public ValueTask FlushAsync() => inner.FlushAsync();

    public bool Hold(QueueId id) => inner.Hold(id);

    public bool Release(QueueId id) => inner.Release(id);

    public bool Delete(QueueId id) => inner.Delete(id);

    public bool Expedite(QueueId id) => inner.Expedite(id);

    public IEnumerable<QueueEntryInfo> Enumerate() => inner.Enumerate();

    public bool TryGetInfo(QueueId id, out QueueEntryInfo info) => inner.TryGetInfo(id, out info);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>Counts a change; false if it comes too late.</summary>
    public bool TryWrite()
    {
        lock (_completions)
        {
            if (WritesLeft is 0 or int.MaxValue)
            {
                return WritesLeft > 0;
            }

            WritesLeft--;
            return true;
        }
    }

    /// <summary>One Complete or Return.</summary>
    internal sealed record Completion(QueueId Id, IReadOnlyList<Outcome> Outcomes, DateTimeOffset NextAttempt)
    {
        /// <summary>The outcome of a message with one recipient.</summary>
        public Outcome Only => Assert.Single(Outcomes);
    }

    internal sealed record Outcome(int Ordinal, RecipientStatus Status, int Code, string Enhanced, string Text);
}
