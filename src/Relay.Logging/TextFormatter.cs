namespace Relay.Logging;

/// <summary>
/// Readable lines: <c>time event id: key=value …</c>, fields in a fixed order, absent ones left out, reply last.
/// Mailboxes stand in angle brackets, free text in double quotes.
/// </summary>
internal static class TextFormatter
{
    public static void Format(ref LineWriter line, scoped in MailEvent mailEvent, DateTimeOffset time)
    {
        LogTimestamp.Format(time, line.Rest);
        line.Advance(LogTimestamp.Length);
        line.Append((byte)' ');
        line.Append(EventNames.Of(mailEvent.Kind));
        if (!mailEvent.QueueId.IsEmpty)
        {
            line.Append((byte)' ');
            PeerText.Append(ref line, mailEvent.QueueId, Escaping.Word, FieldLimits.Word);
        }

        line.Append((byte)':');
        bool outbound = EventNames.IsOutbound(mailEvent.Kind);
        if (!mailEvent.Recipient.IsEmpty)
        {
            Mailbox(ref line, " to=<"u8, mailEvent.Recipient);
        }

        if (mailEvent.HasReversePath)
        {
            Mailbox(ref line, " from=<"u8, mailEvent.ReversePath);
        }

        if (mailEvent.RecipientCount > 0)
        {
            line.Append(" nrcpts="u8);
            line.Append(mailEvent.RecipientCount);
        }

        if (mailEvent.Size > 0 || mailEvent.Kind == MailEventKind.Accepted)
        {
            line.Append(" size="u8);
            line.Append(mailEvent.Size);
        }

        if (!mailEvent.MessageId.IsEmpty)
        {
            line.Append(" msgid="u8);
            PeerText.Append(ref line, TrimBrackets(mailEvent.MessageId), Escaping.Word, FieldLimits.MessageId);
        }

        Quoted(ref line, outbound ? " relay=\""u8 : " client=\""u8, mailEvent.Peer, FieldLimits.Name);
        Word(ref line, " helo="u8, mailEvent.Helo, FieldLimits.Name);
        Word(ref line, " proto="u8, mailEvent.Protocol, FieldLimits.Word);
        Word(ref line, outbound ? " route="u8 : " listener="u8, mailEvent.Via, FieldLimits.Name);
        if (outbound && mailEvent.Delay >= TimeSpan.Zero)
        {
            line.Append(" delay="u8);
            line.AppendSeconds(mailEvent.Delay);
        }

        Quoted(ref line, IsText(mailEvent.Kind) ? " text=\""u8 : " reply=\""u8, mailEvent.Reply, FieldLimits.Reply);
        line.Append((byte)'\n');
    }

    /// <summary>Sessions and the program have no reply, only something to say.</summary>
    internal static bool IsText(MailEventKind kind) => kind is MailEventKind.Session or MailEventKind.Daemon
        or MailEventKind.Held or MailEventKind.Deleted;

    /// <summary>Both formats write a Message-ID without its angle brackets.</summary>
    internal static ReadOnlySpan<byte> TrimBrackets(ReadOnlySpan<byte> messageId) =>
        messageId is [(byte)'<', .. var inner, (byte)'>'] ? inner : messageId;

    private static void Mailbox(ref LineWriter line, ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> mailbox)
    {
        line.Append(key);
        PeerText.Append(ref line, mailbox, Escaping.Word, FieldLimits.Mailbox);
        line.Append((byte)'>');
    }

    private static void Word(ref LineWriter line, ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> value, int limit)
    {
        if (!value.IsEmpty)
        {
            line.Append(key);
            PeerText.Append(ref line, value, Escaping.Word, limit);
        }
    }

    private static void Quoted(ref LineWriter line, ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> value, int limit)
    {
        if (!value.IsEmpty)
        {
            line.Append(key);
            PeerText.Append(ref line, value, Escaping.Quoted, limit);
            line.Append((byte)'"');
        }
    }
}
