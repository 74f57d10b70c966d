using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <param name="OwnReversePath">Null for the message's.</param>
internal sealed record RecordedRecipient(
    string ForwardPath, string OriginalRecipient, DsnNotify Notify, string? OwnReversePath = null);
