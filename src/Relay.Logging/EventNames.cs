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
        MailEventKind.Released => "released"u8,
        _ => "event"u8,
    };

    public static bool TryParse(ReadOnlySpan<byte> name, out MailEventKind kind)
    {
        foreach (MailEventKind candidate in Enum.GetValues<MailEventKind>())
        {
            if (Of(candidate).SequenceEqual(name))
            {
                kind = candidate;
                return true;
            }
        }

        kind = default;
        return false;
    }

    public static MailStage ParseStage(ReadOnlySpan<byte> name)
    {
        foreach (MailStage candidate in Enum.GetValues<MailStage>())
        {
            if (Of(candidate).SequenceEqual(name))
            {
                return candidate;
            }
        }

        return MailStage.None;
    }

    public static ReadOnlySpan<byte> Of(MailStage stage) => stage switch
    {
        MailStage.Connect => "connect"u8,
        MailStage.Mail => "mail"u8,
        MailStage.Rcpt => "rcpt"u8,
        MailStage.Content => "content"u8,
        _ => default,
    };

    /// <summary>Outbound events name the host that answered and how long the message took.</summary>
    public static bool IsOutbound(MailEventKind kind) => kind is MailEventKind.Delivered or MailEventKind.Deferred
        or MailEventKind.Bounced or MailEventKind.Expired or MailEventKind.Discarded
        or MailEventKind.Held;
}
