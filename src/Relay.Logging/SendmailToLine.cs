namespace Relay.Logging;

/// <summary>
/// <c>to=&lt;b&gt;, delay=00:00:02, xdelay=00:00:01, mailer=relay, pri=31234, relay=host. [5.6.7.8], dsn=2.0.0,
/// stat=Sent (ok)</c>. Sendmail: logdelivery in deliver.c.
/// </summary>
internal static class SendmailToLine
{
    private const long SecondsPerDay = 24 * 60 * 60;

    /// <summary>Sendmail: RecipientFactor (confWORK_RECIPIENT_FACTOR).</summary>
    private const long RecipientFactor = 30_000;

    public static void Append(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        SendmailFormatter.Mailbox(ref line, "to=<"u8, mailEvent.Recipient);
        if (mailEvent.Delay >= TimeSpan.Zero)
        {
            Time(ref line, ", delay="u8, mailEvent.Delay);
        }

        Time(ref line, ", xdelay="u8, mailEvent.AttemptTime);
        if (!mailEvent.Mailer.IsEmpty)
        {
            line.Append(", mailer="u8);
            PeerText.Append(ref line, mailEvent.Mailer, Escaping.Word, FieldLimits.Word);
        }

        line.Append(", pri="u8);
        line.Append(mailEvent.Priority > 0 ? mailEvent.Priority : mailEvent.Size + RecipientFactor);
        Relay(ref line, mailEvent.Peer);
        var reply = ReplyParts.Of(mailEvent.Reply);
        line.Append(", dsn="u8);
        line.Append(StatusOf(mailEvent.Kind, reply));
        if (reply.Code >= 400)
        {
            line.Append(", reply="u8);
            SendmailFormatter.Text(ref line, mailEvent.Reply);
        }

        line.Append(", stat="u8);
        Stat(ref line, mailEvent.Kind, mailEvent.Reply, reply);
    }

    private static void Stat(
        ref LineWriter line, MailEventKind kind, scoped ReadOnlySpan<byte> whole, scoped ReplyParts reply)
    {
        switch (kind)
        {
            case MailEventKind.Delivered:
                InParentheses(ref line, "Sent"u8, reply.Text);
                break;
            case MailEventKind.Discarded:
                line.Append("Sent (discarded)"u8);
                break;
            case MailEventKind.Deferred:
                line.Append("Deferred: "u8);
                SendmailFormatter.Text(ref line, reply.Code > 0 ? whole : reply.Text);
                break;
            case MailEventKind.Held:
                InParentheses(ref line, "Deferred: held"u8, reply.Text);
                break;
            case MailEventKind.Expired:
                InParentheses(ref line, "Cannot send message"u8, whole);
                break;
            default:
                line.Append(PermanentFailure(reply));
                if (reply.Code == 0 && !reply.Text.IsEmpty)
                {
                    InParentheses(ref line, default, reply.Text);
                }

                break;
        }
    }

    /// <summary>Sendmail's words for its exit codes (SysExMsg): 550 and 5.1.1 are EX_NOUSER, 5.1.2 EX_NOHOST.</summary>
    private static ReadOnlySpan<byte> PermanentFailure(scoped ReplyParts reply)
    {
        if (reply.Status.SequenceEqual("5.1.2"u8))
        {
            return "Host unknown"u8;
        }

        bool isUser = reply.Status.StartsWith("5.1."u8)
            || (reply.Status.IsEmpty && reply.Code is 550 or 551 or 553);
        return isUser ? "User unknown"u8 : "Service unavailable"u8;
    }

    private static ReadOnlySpan<byte> StatusOf(MailEventKind kind, ReplyParts reply)
    {
        if (!reply.Status.IsEmpty && kind != MailEventKind.Discarded)
        {
            return reply.Status;
        }

        return kind switch
        {
            MailEventKind.Delivered or MailEventKind.Discarded => "2.0.0"u8,
            MailEventKind.Bounced => "5.0.0"u8,
            MailEventKind.Expired => "4.4.7"u8,
            _ => "4.0.0"u8,
        };
    }

    private static void InParentheses(
        ref LineWriter line, scoped ReadOnlySpan<byte> word, scoped ReadOnlySpan<byte> text)
    {
        line.Append(word);
        if (!text.IsEmpty)
        {
            line.Append(" ("u8);
            SendmailFormatter.Text(ref line, text);
            line.Append((byte)')');
        }
    }

    /// <summary>A name gets the dot that Sendmail's canonical names end in.</summary>
    private static void Relay(ref LineWriter line, scoped ReadOnlySpan<byte> peer)
    {
        if (peer.IsEmpty)
        {
            return;
        }

        line.Append(", relay="u8);
        var name = ClientName.Of(peer);
        if (peer[0] != '[' && !name.Name.EndsWith("."u8))
        {
            PeerText.Append(ref line, name.Name, Escaping.Line, FieldLimits.Name);
            line.Append((byte)'.');
            peer = peer[name.Name.Length..];
        }

        PeerText.Append(ref line, peer, Escaping.Line, FieldLimits.Word * 3);
    }

    /// <summary><c>[d+]hh:mm:ss</c>.</summary>
    private static void Time(ref LineWriter line, ReadOnlySpan<byte> key, TimeSpan span)
    {
        line.Append(key);
        long seconds = Math.Max(0, (long)span.TotalSeconds);
        if (seconds >= SecondsPerDay)
        {
            line.Append(seconds / SecondsPerDay);
            line.Append((byte)'+');
            seconds %= SecondsPerDay;
        }

        Two(ref line, seconds / 3600);
        line.Append((byte)':');
        Two(ref line, seconds / 60 % 60);
        line.Append((byte)':');
        Two(ref line, seconds % 60);
    }

    private static void Two(ref LineWriter line, long number)
    {
        line.Append((byte)('0' + (number / 10)));
        line.Append((byte)('0' + (number % 10)));
    }
}
