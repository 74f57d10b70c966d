using Relay.Delivery.Attempts;
using Relay.Delivery.Scheduling;
using Relay.Queue;

namespace Relay.Delivery.Notifications;

/// <summary>
/// What a notification is about: those recipients of an attempt that share a kind and a reverse-path.
/// </summary>
internal sealed class NotificationSubject(
    MessageAttempt attempt, NotificationKind kind, int sender, NotificationOptions options, MessageLife life)
{
    public MessageAttempt Attempt { get; } = attempt;

    public NotificationKind Kind { get; } = kind;

    /// <summary>Whose recipients: <see cref="RecipientAttempt.Sender"/>.</summary>
    public int Sender { get; } = sender;

    public NotificationOptions Options { get; } = options;

    public MessageLife Life { get; } = life;

    public QueuedMessage Message => Attempt.Message;

    /// <summary>The reverse-path of its recipients.</summary>
    public ReadOnlySpan<byte> ReversePath => Attempt.ReversePath(Attempt.Recipients[Sender]);

    /// <summary>About members of a list that has an owner, who gave neither ENVID nor RET.</summary>
    public bool IsForOwner =>
        Message.Envelope.GetRecipient(Attempt.Recipients[Sender].Ordinal).HasOwnReversePath;

    public bool IsFailure => NotificationRules.IsFailure(Kind);

    public bool Includes(in RecipientAttempt recipient) =>
        recipient.Sender == Sender && NotificationRules.KindOf(Attempt, recipient, Options) == Kind;
}
