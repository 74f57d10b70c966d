namespace Relay.Logging;

/// <summary>
/// What Sendmail says of a session. Its lines name the client in different places; a text that has the client in it
/// already, or a <c>relay=</c>, stays as it is.
/// </summary>
internal static class SendmailSessionLine
{
    public static void Append(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        ReadOnlySpan<byte> text = mailEvent.Reply;
        if (text.StartsWith("did not issue "u8))
        {
            Peer(ref line, in mailEvent);
            line.Append((byte)' ');
            SendmailFormatter.Text(ref line, text);
            To(ref line, in mailEvent);
        }
        else if (text.StartsWith("lost input channel "u8))
        {
            line.Append("lost input channel from "u8);
            Peer(ref line, in mailEvent);
            To(ref line, in mailEvent);
            SendmailFormatter.Text(ref line, WithoutRemark(text["lost input channel"u8.Length..]));
        }
        else if (text.StartsWith("timeout waiting for input"u8))
        {
            line.Append("timeout waiting for input from "u8);
            Peer(ref line, in mailEvent);
            line.Append(" during server cmd read"u8);
        }
        else
        {
            bool names = mailEvent.Peer.IsEmpty || text.IndexOf(mailEvent.Peer) >= 0 || text.IndexOf("relay="u8) >= 0
                || text.StartsWith("Authentication-Warning: "u8);
            if (!names)
            {
                Peer(ref line, in mailEvent);
                line.Append(": "u8);
            }

            SendmailFormatter.Text(ref line, text);
        }
    }

    private static ReadOnlySpan<byte> WithoutRemark(ReadOnlySpan<byte> text)
    {
        int remark = text.IndexOf(" ("u8);
        return remark < 0 ? text : text[..remark];
    }

    private static void Peer(ref LineWriter line, scoped in MailEvent mailEvent) =>
        PeerText.Append(ref line, mailEvent.Peer, Escaping.Line, FieldLimits.Name);

    private static void To(ref LineWriter line, scoped in MailEvent mailEvent)
    {
        line.Append(" to "u8);
        PeerText.Append(
            ref line, mailEvent.Via.IsEmpty ? "MTA"u8 : mailEvent.Via, Escaping.Word, FieldLimits.Name);
    }
}
