namespace Relay.Logging;

/// <summary>
/// The text of Sendmail's syslog lines, so that what reads a maillog today reads ours: <c>from=</c> when a message is
/// accepted, <c>to=</c> for each recipient and attempt, <c>ruleset=</c> for refusals. Sendmail: logsender, logdelivery,
/// rscheck; docs/logs.md lists them.
/// </summary>
internal static class SendmailFormatter
{
    public static void Format(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        if (!mailEvent.QueueId.IsEmpty)
        {
            PeerText.Append(ref line, mailEvent.QueueId, Escaping.Word, FieldLimits.Word);
            line.Append(": "u8);
        }

        switch (mailEvent.Kind)
        {
            case MailEventKind.Accepted:
                From(ref line, in mailEvent);
                break;
            case MailEventKind.Delivered or MailEventKind.Deferred or MailEventKind.Bounced or MailEventKind.Expired:
            case MailEventKind.Held or MailEventKind.Discarded when !mailEvent.Recipient.IsEmpty:
                SendmailToLine.Append(ref line, in mailEvent);
                break;
            case MailEventKind.Discarded:
                Mailbox(ref line, "ruleset=check_mail, arg1=<"u8, mailEvent.ReversePath);
                Relay(ref line, mailEvent.Peer);
                line.Append(", discard"u8);
                break;
            case MailEventKind.Held:
                line.Append("quarantine="u8);
                Text(ref line, mailEvent.Reply);
                break;
            case MailEventKind.Rejected:
                Rejected(ref line, in mailEvent);
                break;
            case MailEventKind.Session:
                SendmailSessionLine.Append(ref line, in mailEvent);
                break;
            default:
                Text(ref line, mailEvent.Reply);
                break;
        }

        line.Append((byte)'\n');
    }

    /// <summary>
    /// <c>ORIGINAL: ID: DSN: reason</c>: the notification under its own queue id, and why there is one.
    /// </summary>
    public static void FormatNotification(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        PeerText.Append(ref line, mailEvent.Original, Escaping.Word, FieldLimits.Word);
        line.Append(": "u8);
        PeerText.Append(ref line, mailEvent.QueueId, Escaping.Word, FieldLimits.Word);
        line.Append(": DSN: "u8);
        Text(ref line, mailEvent.Reply);
        line.Append((byte)'\n');
    }

    internal static void Mailbox(ref LineWriter line, ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> mailbox)
    {
        line.Append(key);
        PeerText.Append(ref line, mailbox, Escaping.Word, FieldLimits.Mailbox);
        line.Append((byte)'>');
    }

    internal static void Text(ref LineWriter line, scoped ReadOnlySpan<byte> text) =>
        PeerText.Append(ref line, text, Escaping.Line, FieldLimits.Reply);

    private static void From(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        Mailbox(ref line, "from=<"u8, mailEvent.ReversePath);
        line.Append(", size="u8);
        line.Append(mailEvent.Size);
        line.Append(", class=0, nrcpts="u8);
        line.Append(mailEvent.RecipientCount);
        if (!mailEvent.MessageId.IsEmpty)
        {
            Mailbox(ref line, ", msgid=<"u8, TextFormatter.TrimBrackets(mailEvent.MessageId));
        }

        Word(ref line, ", bodytype="u8, mailEvent.BodyType);
        Word(ref line, ", proto="u8, mailEvent.Protocol);
        Word(ref line, ", daemon="u8, mailEvent.Via);
        Relay(ref line, mailEvent.Peer);
    }

    private static void Rejected(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        switch (mailEvent.Stage)
        {
            case MailStage.Connect:
                var client = ClientName.Of(mailEvent.Peer);
                line.Append("ruleset=check_relay, arg1="u8);
                PeerText.Append(ref line, client.Name, Escaping.Word, FieldLimits.Name);
                line.Append(", arg2="u8);
                PeerText.Append(ref line, client.Address, Escaping.Word, FieldLimits.Word * 2);
                break;
            case MailStage.Mail:
                Mailbox(ref line, "ruleset=check_mail, arg1=<"u8, mailEvent.ReversePath);
                break;
            case MailStage.Content:
                Mailbox(ref line, "ruleset=check_eom, arg1=<"u8, mailEvent.ReversePath);
                break;
            default:
                Mailbox(ref line, "ruleset=check_rcpt, arg1=<"u8, mailEvent.Recipient);
                break;
        }

        Relay(ref line, mailEvent.Peer);
        line.Append(", reject="u8);
        Text(ref line, mailEvent.Reply);
    }

    private static void Word(ref LineWriter line, ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            line.Append(key);
            PeerText.Append(ref line, value, Escaping.Word, FieldLimits.Name);
        }
    }

    private static void Relay(ref LineWriter line, scoped ReadOnlySpan<byte> peer)
    {
        if (!peer.IsEmpty)
        {
            line.Append(", relay="u8);
            PeerText.Append(ref line, peer, Escaping.Line, FieldLimits.Name);
        }
    }
}
