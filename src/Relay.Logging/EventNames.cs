namespace Relay.Logging;

/// <summary>The printed names of the events and which side of the relay their peer is on.</summary>
internal static class EventNames
{
    public static ReadOnlySpan<byte> Of(MailEventKind kind) => kind switch
    {
        MailEventKind.Accepted => "accepted"u8,
        MailEventKind.Delivered => "delivered"u8,
        MailEventKind.Deferred => "deferred"u8,
        MailEventKind.Bounced => "bounced"u8,
        MailEventKind.Expired => "expired"u8,
        MailEventKind.Rejected => "rejected"u8,
        MailEventKind.Held => "held"u8,
        MailEventKind.Deleted => "deleted"u8,
        MailEventKind.Discarded => "discarded"u8,
        MailEventKind.Session => "session"u8,
        MailEventKind.Daemon => "daemon"u8,
        _ => "event"u8,
    };

    /// <summary>Outbound events name the host that answered and how long the message took.</summary>
    public static bool IsOutbound(MailEventKind kind) => kind is MailEventKind.Delivered or MailEventKind.Deferred
        or MailEventKind.Bounced or MailEventKind.Expired or MailEventKind.Discarded
        or MailEventKind.Held;
}
