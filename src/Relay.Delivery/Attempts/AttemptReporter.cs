using Relay.Delivery.Destinations;
using Relay.Delivery.Notifications;
using Relay.Delivery.Scheduling;
using Relay.Logging;
using Relay.Queue;
using Relay.Routing.Routes;

namespace Relay.Delivery.Attempts;

/// <summary>
/// Ends an attempt: notifies the sender where that is due, writes the log lines, gives the outcomes to the queue.
/// Owned by one worker; allocates nothing unless there is something to notify of.
/// </summary>
internal sealed class AttemptReporter(DeliveryContext context)
{
    private const int KeptOutcomes = 1024;

    private RecipientOutcome[] _outcomes = new RecipientOutcome[4];

    public ValueTask ReportAsync(MessageAttempt attempt, Destination destination)
    {
        TimeSpan age = context.UtcNow - attempt.Message.Received;
        bool expired = destination.Route.Kind != RouteKind.Hold && RetrySchedule.IsExpired(context.Options.Retry, age);
        bool notify = false;
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Progress != RecipientProgress.Finished)
            {
                continue;
            }

            if (expired && recipient.Status == RecipientStatus.Deferred)
            {
                recipient.Status = RecipientStatus.Expired;
            }

            notify |= NotificationRules.IsDue(attempt, recipient);
        }

        if (notify)
        {
            return NotifyAsync(attempt, destination, age);
        }

        Complete(attempt, destination, age);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// One notification for each reverse-path, each with the states of its own recipients: a crash between two leaves
    /// those of the second to be tried again.
    /// </summary>
    private async ValueTask NotifyAsync(MessageAttempt attempt, Destination destination, TimeSpan age)
    {
        for (int sender = NextToNotify(attempt, 0); sender >= 0; sender = NextToNotify(attempt, sender + 1))
        {
            Settle(attempt, sender, await context.Notifier.TrySendAsync(attempt, sender));
        }

        Complete(attempt, destination, age);
    }

    /// <summary>The next reverse-path to which something is due, -1 if none is left.</summary>
    private static int NextToNotify(MessageAttempt attempt, int from)
    {
        int next = -1;
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Sender >= from && (next < 0 || recipient.Sender < next)
                && NotificationRules.IsDue(attempt, recipient))
            {
                next = recipient.Sender;
            }
        }

        return next;
    }

    private static void Settle(MessageAttempt attempt, int sender, bool notified)
    {
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (NotificationRules.IsDue(attempt, recipient, sender))
            {
                recipient.IsNotified = notified;
                if (!notified && recipient.Status is RecipientStatus.Bounced or RecipientStatus.Expired)
                {
                    recipient.Status = RecipientStatus.Deferred; // its sender must hear of it: later, then
                }
            }
        }
    }

    private void Complete(MessageAttempt attempt, Destination destination, TimeSpan age)
    {
        int count = 0;
        bool unfinished = false;
        if (_outcomes.Length < attempt.Count)
        {
            _outcomes = new RecipientOutcome[attempt.Count];
        }

        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Progress != RecipientProgress.Finished)
            {
                unfinished = true;
                continue;
            }

            Log(attempt, destination, recipient, age);
            unfinished |= recipient.Status == RecipientStatus.Deferred;
            if (!recipient.IsNotified)
            {
                _outcomes[count++] = OutcomeOf(attempt, recipient);
            }
        }

        QueueId id = attempt.Id;
        bool hold = destination.Route.Kind == RouteKind.Hold && attempt.OtherRecipients == 0;
        if (hold)
        {
            context.Queue.Hold(id);
        }

        DateTimeOffset next = context.UtcNow + (unfinished ? Wait(attempt, age) : TimeSpan.Zero);
        if (count == 0 && unfinished)
        {
            context.Queue.Return(id, next);
        }
        else
        {
            context.Queue.Complete(attempt.Message, _outcomes.AsSpan(0, count), next);
        }

        if (_outcomes.Length > KeptOutcomes)
        {
            _outcomes = new RecipientOutcome[4];
        }
    }

    public static RecipientOutcome OutcomeOf(MessageAttempt attempt, in RecipientAttempt recipient) => new(
        recipient.Ordinal, recipient.Status, recipient.Code, recipient.EnhancedCode, attempt.Text(recipient));

    private TimeSpan Wait(MessageAttempt attempt, TimeSpan age)
    {
        if (attempt.Abandoned)
        {
            return TimeSpan.Zero;
        }

        return attempt.Pause
            ?? RetrySchedule.Delay(context.Options.Retry, age, attempt.Message.Attempts, Random.Shared.NextDouble());
    }

    private void Log(MessageAttempt attempt, Destination destination, in RecipientAttempt recipient, TimeSpan age)
    {
        Span<byte> id = stackalloc byte[QueueId.TextLength];
        attempt.Id.Format(id);
        Span<byte> reply = stackalloc byte[Diagnostic.LengthMax];
        int length = Diagnostic.Write(
            reply, recipient.Code, recipient.EnhancedCode, attempt.Text(recipient).Span);
        context.Log.Write(new MailEvent
        {
            Kind = KindOf(recipient.Status, destination.Route.Kind),
            QueueId = id,
            Recipient = attempt.ForwardPath(recipient),
            Peer = attempt.Peer,
            Via = destination.NameOctets,
            Reply = reply[..length],
            Size = attempt.Message.Size,
            RecipientCount = 1,
            Delay = age,
        });
    }

    private static MailEventKind KindOf(RecipientStatus status, RouteKind route) => status switch
    {
        RecipientStatus.Delivered => MailEventKind.Delivered,
        RecipientStatus.Bounced => MailEventKind.Bounced,
        RecipientStatus.Expired => MailEventKind.Expired,
        RecipientStatus.Deleted => MailEventKind.Discarded,
        _ => route == RouteKind.Hold ? MailEventKind.Held : MailEventKind.Deferred,
    };
}
