using Relay.Delivery.Attempts;
using Relay.Smtp;

namespace Relay.Delivery.Scheduling;

/// <summary>
/// The times of messages by their class, and what is due at which age. Immutable; replaced as a whole when the options
/// change.
/// </summary>
internal sealed class LifeRules
{
    public LifeRules(RetryOptions options)
    {
        Options = options;
        Events =
        [
            .. new[]
            {
                options.Warning, options.UrgentWarning, options.NonUrgentWarning, options.Lifetime,
                options.UrgentLifetime, options.NonUrgentLifetime, options.NotificationLifetime,
            }.Where(static t => t > TimeSpan.Zero).Distinct().Order(),
        ];
    }

    public RetryOptions Options { get; }

    /// <summary>The ages at which something is due for messages of some class, the youngest first.</summary>
    public IReadOnlyList<TimeSpan> Events { get; }

    /// <summary>No message has anything due before this age.</summary>
    public TimeSpan Earliest => Events.Count > 0 ? Events[0] : TimeSpan.MaxValue;

    public MessageLife Of(MessageClass kind) => kind.Priority switch
    {
        MessagePriority.Urgent => new MessageLife(Options.UrgentLifetime, Options.UrgentWarning, kind.IsBulk),
        MessagePriority.NonUrgent => new MessageLife(Options.NonUrgentLifetime, Options.NonUrgentWarning, kind.IsBulk),
        MessagePriority.Notification => new MessageLife(Options.NotificationLifetime, Options.Warning, kind.IsBulk),
        _ => new MessageLife(Options.Lifetime, Options.Warning, kind.IsBulk),
    };

    /// <summary>
    /// True if the recipient's sender is to be told of the delay and was not (RFC 3461 §4.1; without NOTIFY Sendmail
    /// tells it, too). Never of bulk mail, and never the senders that are programs by their name: <c>owner-*</c> and
    /// <c>*-request</c>.
    /// </summary>
    public static bool WantsWarning(MessageAttempt attempt, in RecipientAttempt recipient, in MessageLife life)
    {
        if (life.Warning <= TimeSpan.Zero || life.IsBulk || attempt.Message.IsDelayNotified(recipient.Ordinal))
        {
            return false;
        }

        DsnNotify notify = attempt.Message.Envelope.GetRecipient(recipient.Ordinal).Notify;
        ReadOnlySpan<byte> sender = attempt.ReversePath(recipient);
        ReadOnlySpan<byte> localPart = sender[..Math.Max(0, sender.LastIndexOf((byte)'@'))];
        return !sender.IsEmpty && (notify == DsnNotify.Unspecified || (notify & DsnNotify.Delay) != 0)
            && !(localPart.Length >= 6 && System.Text.Ascii.EqualsIgnoreCase(localPart[..6], "owner-"u8))
            && !(localPart.Length >= 8 && System.Text.Ascii.EqualsIgnoreCase(localPart[^8..], "-request"u8));
    }

    /// <summary>True if a message of that age is to be returned or its delay to be told now.</summary>
    public bool IsAnythingDue(MessageAttempt attempt, TimeSpan age)
    {
        if (age < Earliest)
        {
            return false;
        }

        MessageLife life = attempt.GetLife(this);
        return life.IsExpired(age) || (life.IsLate(age) && AnyWantsWarning(attempt, life));
    }

    /// <summary>The age at which the next thing is due for the message; later than <paramref name="age"/>.</summary>
    public TimeSpan NextEvent(MessageAttempt attempt, TimeSpan age)
    {
        MessageLife life = attempt.GetLife(this);
        return life.Warning > age && life.Warning < life.Lifetime && AnyWantsWarning(attempt, life)
            ? life.Warning
            : life.Lifetime > age ? life.Lifetime : TimeSpan.MaxValue;
    }

    private static bool AnyWantsWarning(MessageAttempt attempt, in MessageLife life)
    {
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (WantsWarning(attempt, recipient, life))
            {
                return true;
            }
        }

        return false;
    }
}
