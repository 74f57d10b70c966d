using Relay.Delivery.Attempts;
using Relay.Delivery.Destinations;
using Relay.Queue;

namespace Relay.Delivery.Notifications;

/// <summary>
/// Makes one notification of the failures that a message meets at several destinations: a failure waits, in RAM alone,
/// until the message's other jobs have ended, but no longer than a minute. A stop or a crash in that time leaves its
/// recipient as it was, to be tried again. Thread-safe; costs nothing while nothing waits.
/// </summary>
internal sealed class FailureRounds(DeliveryContext context)
{
    /// <summary>Further messages' failures are told one by one.</summary>
    private const int RoundsMax = 10_000;

    /// <summary>
    /// Most transactions take less; a destination that is down or slow holds up no sender's news for longer.
    /// </summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<QueueId, FailureRound> _rounds = [];
    private readonly HashSet<Task> _running = [];
    private volatile int _count;

    /// <summary>
    /// Keeps the failures of an attempt if other jobs of its message are under way. They are marked; the attempt's job
    /// is to end without them, and <see cref="OnJobEndedAsync"/> to follow.
    /// </summary>
    public void Keep(MessageAttempt attempt, Destination destination, NotificationOptions options)
    {
        if (attempt.OtherRecipients == 0 || context.IsStopping)
        {
            return;
        }

        lock (_lock)
        {
            if (!_rounds.TryGetValue(attempt.Id, out FailureRound? round))
            {
                if (!context.Queue.TryGetInfo(attempt.Id, out QueueEntryInfo info) || info.Jobs < 2
                    || _rounds.Count >= RoundsMax || !context.Queue.TryAddJob(attempt.Id))
                {
                    return;
                }

                round = new FailureRound(attempt.Id, OnElapsed);
                _rounds.Add(attempt.Id, round);
                _count = _rounds.Count;
                context.Delays.Add(round.Patience, _patience);
            }

            foreach (ref RecipientAttempt recipient in attempt.Recipients)
            {
                if (NotificationRules.IsFailure(NotificationRules.KindOf(attempt, recipient, options)))
                {
                    recipient.Via ??= destination.NameOctets;
                    round.Add(new KeptFailure(recipient, attempt.Text(recipient).ToArray()));
                    recipient.IsKept = true;

                    // Now, and not when the job has ended: who ends the last one tells, and must find them free.
                    context.Claims.Release(attempt.Id, recipient.Ordinal, attempt, hasOutcome: false);
                }
            }
        }
    }

    /// <summary>A job of a message has ended: if none but the wait is left, its failures are told now.</summary>
    public ValueTask OnJobEndedAsync(QueueId id) => _count == 0 ? ValueTask.CompletedTask : TellIfLastAsync(id);

    /// <summary>Completes when nobody is being told of anything.</summary>
    public Task WhenIdle()
    {
        lock (_lock)
        {
            return Task.WhenAll(_running);
        }
    }

    private ValueTask TellIfLastAsync(QueueId id)
    {
        FailureRound? round;
        lock (_lock)
        {
            if (!_rounds.TryGetValue(id, out round)
                || (context.Queue.TryGetInfo(id, out QueueEntryInfo info)
                    && info.Jobs - context.Retries.WaitingOf(id) > 1))
            {
                return ValueTask.CompletedTask;
            }

            Remove(round);
        }

        context.Delays.Remove(round.Patience);
        return TellAsync(round);
    }

    private void OnElapsed(FailureRound round)
    {
        Task task;
        lock (_lock)
        {
            if (context.IsStopping || !_rounds.TryGetValue(round.Id, out FailureRound? waiting) || waiting != round)
            {
                return;
            }

            Remove(round);
            task = TellAsync(round).AsTask();
            _running.Add(task);
        }

        _ = ForgetAsync(task);
    }

    private async Task ForgetAsync(Task task)
    {
        await task;
        lock (_lock)
        {
            _running.Remove(task);
        }
    }

    private void Remove(FailureRound round)
    {
        _rounds.Remove(round.Id);
        _count = _rounds.Count;
    }

    private async ValueTask TellAsync(FailureRound round)
    {
        await Task.Yield(); // never under a lock
        try
        {
            using var attempt = new MessageAttempt(context);
            if (attempt.TryReopen(round))
            {
                await new AttemptReporter(context).ReportKeptAsync(attempt);
            }
        }
        catch (Exception exception)
        {
            // The attempt boundary, as at every job: a failing disk costs a delay.
            context.LogFailure(round.Id, exception);
            context.Queue.Return(round.Id, context.UtcNow + context.Life.Options.Initial);
            context.Retries.OnJobEnded(round.Id);
        }
    }
}
