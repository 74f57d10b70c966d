namespace Relay.Logging;

/// <summary>
/// One JSON object per line (RFC 8259) with the fields of <see cref="LogFields"/>, in a fixed order, absent ones left
/// out. Octets that are not UTF-8 become U+FFFD.
/// </summary>
internal static class JsonFormatter
{
    public static void Format(ref LineWriter line, scoped in MailEvent mailEvent, DateTimeOffset time)
    {
        line.Append("{\"time\":\""u8);
        LogTimestamp.Format(time, line.Rest);
        line.Advance(LogTimestamp.Length);
        line.Append("\",\"event\":\""u8);
        line.Append(EventNames.Of(mailEvent.Kind));
        line.Append((byte)'"');
        bool outbound = EventNames.IsOutbound(mailEvent.Kind);
        Text(ref line, ",\"id\":\""u8, mailEvent.QueueId, FieldLimits.Word);
        Text(ref line, ",\"original\":\""u8, mailEvent.Original, FieldLimits.Word);
        Text(ref line, ",\"stage\":\""u8, EventNames.Of(mailEvent.Stage), FieldLimits.Word);
        Text(ref line, ",\"to\":\""u8, mailEvent.Recipient, FieldLimits.Mailbox);
        if (mailEvent.HasReversePath)
        {
            line.Append(",\"from\":\""u8);
            PeerText.Append(ref line, mailEvent.ReversePath, Escaping.Json, FieldLimits.Mailbox);
            line.Append((byte)'"');
        }

        if (mailEvent.RecipientCount > 0)
        {
            line.Append(",\"nrcpts\":"u8);
            line.Append(mailEvent.RecipientCount);
        }

        if (mailEvent.Size > 0 || mailEvent.Kind == MailEventKind.Accepted)
        {
            line.Append(",\"size\":"u8);
            line.Append(mailEvent.Size);
        }

        Text(ref line, ",\"msgid\":\""u8, TextFormatter.TrimBrackets(mailEvent.MessageId), FieldLimits.MessageId);
        Text(ref line, outbound ? ",\"relay\":\""u8 : ",\"client\":\""u8, mailEvent.Peer, FieldLimits.Name);
        Text(ref line, ",\"helo\":\""u8, mailEvent.Helo, FieldLimits.Name);
        Text(ref line, ",\"proto\":\""u8, mailEvent.Protocol, FieldLimits.Word);
        Text(ref line, ",\"body\":\""u8, mailEvent.BodyType, FieldLimits.Word);
        Text(ref line, ",\"mailer\":\""u8, mailEvent.Mailer, FieldLimits.Word);
        Text(ref line, outbound ? ",\"route\":\""u8 : ",\"listener\":\""u8, mailEvent.Via, FieldLimits.Name);
        if (outbound && mailEvent.Delay >= TimeSpan.Zero)
        {
            line.Append(",\"delay\":"u8);
            line.AppendSeconds(mailEvent.Delay);
        }

        if (mailEvent.AttemptTime > TimeSpan.Zero)
        {
            line.Append(",\"xdelay\":"u8);
            line.AppendSeconds(mailEvent.AttemptTime);
        }

        if (outbound || mailEvent.Kind == MailEventKind.Rejected)
        {
            Reply(ref line, ReplyParts.Of(mailEvent.Reply));
        }

        bool isText = TextFormatter.IsText(mailEvent.Kind);
        Text(ref line, isText ? ",\"text\":\""u8 : ",\"reply\":\""u8, mailEvent.Reply, FieldLimits.Reply);
        line.Append("}\n"u8);
    }

    /// <summary>What a reply's first words say, as fields of their own.</summary>
    private static void Reply(ref LineWriter line, scoped ReplyParts reply)
    {
        if (reply.Code > 0)
        {
            line.Append(",\"code\":"u8);
            line.Append(reply.Code);
        }

        Text(ref line, ",\"dsn\":\""u8, reply.Status, FieldLimits.Word);
    }

    private static void Text(ref LineWriter line, ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> value, int limit)
    {
        if (!value.IsEmpty)
        {
            line.Append(key);
            PeerText.Append(ref line, value, Escaping.Json, limit);
            line.Append((byte)'"');
        }
    }
}
