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
        NotificationOptions options = context.Notifications;
        bool ages = destination.Route.Kind != RouteKind.Hold;
        bool notify = false;
        bool fails = false;
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Progress != RecipientProgress.Finished)
            {
                continue;
            }

            if (ages && recipient.Status == RecipientStatus.Deferred)
            {
                Age(attempt, ref recipient, age);
            }

            NotificationKind kind = NotificationRules.KindOf(attempt, recipient, options);
            notify |= kind != NotificationKind.None;
            fails |= NotificationRules.IsFailure(kind);
        }

        if (fails)
        {
            context.Failures.Keep(attempt, destination, options);
        }

        if (notify)
        {
            return NotifyAsync(attempt, destination, age, options);
        }

        Complete(attempt, destination, age);
        return context.Failures.OnJobEndedAsync(attempt.Id);
    }

    /// <summary>Tells of failures that were kept, and ends the job that they held.</summary>
    public ValueTask ReportKeptAsync(MessageAttempt attempt) =>
        NotifyAsync(attempt, destination: null, context.UtcNow - attempt.Message.Received, context.Notifications);

    /// <summary>Finds what is due for a recipient that is deferred once more.</summary>
    private void Age(MessageAttempt attempt, ref RecipientAttempt recipient, TimeSpan age)
    {
        LifeRules rules = context.Life;
        if (age < rules.Earliest)
        {
            return;
        }

        MessageLife life = attempt.GetLife(rules);
        if (life.IsExpired(age))
        {
            recipient.Status = RecipientStatus.Expired;
        }
        else
        {
            recipient.IsLate = life.IsLate(age) && LifeRules.WantsWarning(attempt, recipient, life);
        }
    }

    /// <summary>
    /// One notification for each kind and reverse-path, each with the states of its own recipients: a crash between two
    /// leaves those of the second to be tried again.
    /// </summary>
    private async ValueTask NotifyAsync(
        MessageAttempt attempt, Destination? destination, TimeSpan age, NotificationOptions options)
    {
        for (NotificationKind kind = NotificationKind.Failure; kind <= NotificationKind.Success; kind++)
        {
            for (int sender = Next(attempt, kind, 0, options); sender >= 0;
                sender = Next(attempt, kind, sender + 1, options))
            {
                NotificationResult result = await context.Notifier.TrySendAsync(attempt, kind, sender, options);
                Settle(attempt, kind, sender, options, result);
            }
        }

        Complete(attempt, destination, age);
        await context.Failures.OnJobEndedAsync(attempt.Id);
    }

    /// <summary>The next reverse-path to which something of the kind is due, -1 if none is left.</summary>
    private static int Next(MessageAttempt attempt, NotificationKind kind, int from, NotificationOptions options)
    {
        int next = -1;
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Sender >= from && (next < 0 || recipient.Sender < next)
                && NotificationRules.KindOf(attempt, recipient, options) == kind)
            {
                next = recipient.Sender;
            }
        }

        return next;
    }

    private static void Settle(
        MessageAttempt attempt,
        NotificationKind kind,
        int sender,
        NotificationOptions options,
        NotificationResult result)
    {
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Sender != sender || NotificationRules.KindOf(attempt, recipient, options) != kind)
            {
                continue;
            }

            if (kind == NotificationKind.Delay)
            {
                recipient.IsLate = result != NotificationResult.Failed; // its outcome is still the attempt's to tell
            }
            else if (result == NotificationResult.Sent)
            {
                recipient.IsNotified = true;
            }
            else if (result == NotificationResult.Failed
                && recipient.Status is RecipientStatus.Bounced or RecipientStatus.Expired)
            {
                recipient.Status = RecipientStatus.Deferred; // somebody must hear of it: later, then
            }
        }
    }

    /// <param name="destination">Null for what was kept of several.</param>
    private void Complete(MessageAttempt attempt, Destination? destination, TimeSpan age)
    {
        int count = 0;
        bool unfinished = false;
        bool isKept = false;
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

            if (recipient.IsKept)
            {
                isKept = true;
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
        bool hold = destination?.Route.Kind == RouteKind.Hold && attempt.OtherRecipients == 0;
        if (hold)
        {
            context.Queue.Hold(id);
        }

        // Whose recipients are all done asks for no time, but other jobs may.
        OwnRetry? retry = unfinished && !isKept ? TryKeep(attempt, destination) : null;
        TimeSpan wait = unfinished ? Wait(attempt, age, retry?.Attempts ?? 0) : context.Life.Options.Initial;
        DateTimeOffset next = context.UtcNow + wait;
        int earlier = attempt.Message.Attempts;
        context.Queue.Complete(
            attempt.Message, _outcomes.AsSpan(0, count), retry is null ? next : DateTimeOffset.MaxValue);
        attempt.EndClaims(); // not before, or another job would find them unfinished
        if (retry is not null)
        {
            context.Retries.Start(retry, next);
        }

        context.Retries.OnJobEnded(id);
        if (context.Attempts is { } observer)
        {
            AttemptTelling.Tell(observer, context, attempt, destination, age, earlier);
        }

        if (_outcomes.Length > KeptOutcomes)
        {
            _outcomes = new RecipientOutcome[4];
        }
    }

    public static RecipientOutcome OutcomeOf(MessageAttempt attempt, in RecipientAttempt recipient) => new(
        recipient.Ordinal, recipient.Status, recipient.Code, recipient.EnhancedCode, attempt.Text(recipient))
    {
        DelayNotified = recipient.IsLate,
    };

    /// <summary>
    /// The recipients are tried again at a time of their own while others are busy with the message; they are routed
    /// anew then, since their domain may have been looked up meanwhile or their route have changed.
    /// </summary>
    private OwnRetry? TryKeep(MessageAttempt attempt, Destination? destination)
    {
        if (destination is null || attempt is not { OtherRecipients: > 0, Abandoned: false })
        {
            return null;
        }

        return destination.IsRemote || destination.Route.Kind == RouteKind.Error
            ? context.Retries.TryKeep(attempt.Id, destination, Unfinished(attempt))
            : null;
    }

    private static ushort[] Unfinished(MessageAttempt attempt)
    {
        var ordinals = new List<ushort>();
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (!recipient.IsKept && (recipient.Progress != RecipientProgress.Finished
                || recipient.Status == RecipientStatus.Deferred))
            {
                ordinals.Add(recipient.Ordinal);
            }
        }

        return [.. ordinals];
    }

    /// <param name="uncounted">Attempts that the queue did not count.</param>
    private TimeSpan Wait(MessageAttempt attempt, TimeSpan age, int uncounted)
    {
        if (attempt.Abandoned)
        {
            return TimeSpan.Zero;
        }

        LifeRules rules = context.Life;
        TimeSpan wait = attempt.Pause ?? RetrySchedule.Delay(
            rules.Options, age, attempt.Message.Attempts + uncounted, Random.Shared.NextDouble());
        TimeSpan untilEvent = age + wait < rules.Earliest
            ? TimeSpan.MaxValue
            : rules.NextEvent(attempt, age) - age;
        return RetrySchedule.Bound(rules.Options, wait, untilEvent);
    }

    private void Log(MessageAttempt attempt, Destination? destination, in RecipientAttempt recipient, TimeSpan age)
    {
        Span<byte> id = stackalloc byte[QueueId.TextLength];
        attempt.Id.Format(id);
        Span<byte> reply = stackalloc byte[Diagnostic.LengthMax];
        int length = Diagnostic.Write(
            reply, recipient.Code, recipient.EnhancedCode, attempt.Text(recipient).Span);
        context.Log.Write(new MailEvent
        {
            Kind = KindOf(recipient.Status, destination?.Route.Kind == RouteKind.Hold),
            QueueId = id,
            Recipient = attempt.ForwardPath(recipient),
            Peer = recipient.Peer,
            Via = recipient.Via ?? destination?.NameOctets,
            Mailer = MailerOf(destination?.Route),
            Reply = reply[..length],
            Size = attempt.Message.Size,
            RecipientCount = 1,
            Delay = age,
            AttemptTime = context.Heartbeat.Time.GetElapsedTime(attempt.Started),
            Priority = PriorityOf(attempt.Message),
        });
    }

    /// <summary>In Sendmail's words, which analysers of its logs count by.</summary>
    public static ReadOnlySpan<byte> MailerOf(Route? route) => route?.Kind switch
    {
        null => "esmtp"u8,
        RouteKind.Smtp => route!.IsMxRoute || route.IsLiteral ? "esmtp"u8 : "relay"u8,
        RouteKind.Lmtp => "lmtp"u8,
        RouteKind.Error => "error"u8,
        RouteKind.Discard => "discard"u8,
        _ => "hold"u8,
    };

    /// <summary>Sendmail: size + recipients * RecipientFactor + attempts * RetryFactor.</summary>
    private static long PriorityOf(QueuedMessage message) =>
        message.Size + (message.Envelope.RecipientCount * 30_000L) + (message.Attempts * 90_000L);

    private static MailEventKind KindOf(RecipientStatus status, bool isHeld) => status switch
    {
        RecipientStatus.Delivered => MailEventKind.Delivered,
        RecipientStatus.Bounced => MailEventKind.Bounced,
        RecipientStatus.Expired => MailEventKind.Expired,
        RecipientStatus.Deleted => MailEventKind.Discarded,
        _ => isHeld ? MailEventKind.Held : MailEventKind.Deferred,
    };
}
