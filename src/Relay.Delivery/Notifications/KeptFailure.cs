using Relay.Delivery.Attempts;

namespace Relay.Delivery.Notifications;

/// <summary>A recipient that failed, and the text of its reply, beyond the end of its attempt.</summary>
internal sealed record KeptFailure(RecipientAttempt Recipient, byte[] Text);
