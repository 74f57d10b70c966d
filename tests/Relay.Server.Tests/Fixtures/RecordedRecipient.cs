using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

internal sealed record RecordedRecipient(string ForwardPath, string OriginalRecipient, DsnNotify Notify);
