using Relay.Delivery.Destinations;
using Relay.Queue;

namespace Relay.Delivery.Attempts;

/// <summary>Sums an attempt up for who wants to hear of it. Allocates nothing.</summary>
internal static class AttemptTelling
{
    /// <param name="attempt">The queue knows its outcome already.</param>
    /// <param name="destination">Null for what was kept of several.</param>
    /// <param name="age">Of the message.</param>
    /// <param name="earlier">Its attempts before.</param>
    public static void Tell(
        IAttemptObserver observer,
        DeliveryContext context,
        MessageAttempt attempt,
        Destination? destination,
        TimeSpan age,
        int earlier)
    {
        int worst = -1;
        int delivered = 0;
        int deferred = 0;
        int failed = 0;
        for (int i = 0; i < attempt.Count; i++)
        {
            ref RecipientAttempt recipient = ref attempt.Recipients[i];
            if (recipient.Progress != RecipientProgress.Finished)
            {
                continue;
            }

            delivered += recipient.Status == RecipientStatus.Delivered ? 1 : 0;
            deferred += recipient.Status == RecipientStatus.Deferred ? 1 : 0;
            failed += recipient.Status is RecipientStatus.Bounced or RecipientStatus.Expired ? 1 : 0;
            worst = worst < 0 || Weight(recipient.Status) > Weight(attempt.Recipients[worst].Status) ? i : worst;
        }

        Span<byte> reply = stackalloc byte[Diagnostic.LengthMax];
        RecipientAttempt told = worst < 0 ? default : attempt.Recipients[worst];
        int length = worst < 0
            ? 0
            : Diagnostic.Write(reply, told.Code, told.EnhancedCode, attempt.Text(told).Span);
        observer.OnAttempt(new AttemptSummary
        {
            Id = attempt.Id,
            Age = age,
            Elapsed = context.Heartbeat.Time.GetElapsedTime(attempt.Started),
            Earlier = earlier,
            Destination = destination is null ? default : destination.NameOctets,
            Mailer = AttemptReporter.MailerOf(destination?.Route),
            Peer = told.Peer,
            Tls = attempt.Tls,
            Delivered = delivered,
            Deferred = deferred,
            Failed = failed,
            Code = told.Code,
            Reply = reply[..length],
            IsLast = !context.Queue.TryGetInfo(attempt.Id, out _),
        });
    }

    private static int Weight(RecipientStatus status) => status switch
    {
        RecipientStatus.Bounced or RecipientStatus.Expired => 2,
        RecipientStatus.Deferred => 1,
        _ => 0,
    };
}
