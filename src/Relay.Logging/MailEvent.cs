namespace Relay.Logging;

/// <summary>One event of the mail log, as views over the caller's octets; written before the call returns.</summary>
public ref struct MailEvent
{
    public MailEventKind Kind;

    /// <summary>The printed queue id; empty if there is none.</summary>
    public ReadOnlySpan<byte> QueueId;

    /// <summary>Mailbox without brackets. Meaningful for Accepted and Rejected after MAIL.</summary>
    public ReadOnlySpan<byte> ReversePath;

    /// <summary>True if a reverse-path is known, so that the null one prints as <c>&lt;&gt;</c>.</summary>
    public bool HasReversePath;

    /// <summary>Mailbox without brackets; delivery events carry one recipient each.</summary>
    public ReadOnlySpan<byte> Recipient;

    /// <summary>The peer: <c>name [1.2.3.4]</c>, inbound the client, outbound the host that answered.</summary>
    public ReadOnlySpan<byte> Peer;

    public ReadOnlySpan<byte> Helo;

    /// <summary>SMTP, ESMTP, ESMTPS, LMTP… (RFC 3848).</summary>
    public ReadOnlySpan<byte> Protocol;

    /// <summary>The listener (inbound) or destination (outbound) by name.</summary>
    public ReadOnlySpan<byte> Via;

    /// <summary>Our reply (inbound), the remote reply (outbound), or the text of the event; without CRLF.</summary>
    public ReadOnlySpan<byte> Reply;

    public ReadOnlySpan<byte> MessageId;

    /// <summary>BODY of MAIL (RFC 6152), e.g. <c>8BITMIME</c>; empty if the client gave none.</summary>
    public ReadOnlySpan<byte> BodyType;

    /// <summary>
    /// How a recipient is delivered, in Sendmail's words: <c>esmtp</c> by MX, <c>relay</c>, <c>lmtp</c>.
    /// </summary>
    public ReadOnlySpan<byte> Mailer;

    /// <summary>Of a notification that was accepted: the queue id of the message that it reports on.</summary>
    public ReadOnlySpan<byte> Original;

    /// <summary>Where a rejection happened.</summary>
    public MailStage Stage;

    public long Size;

    public int RecipientCount;

    /// <summary>Since the message was received; negative if unknown.</summary>
    public TimeSpan Delay;

    /// <summary>How long this attempt took (Sendmail: xdelay).</summary>
    public TimeSpan AttemptTime;

    /// <summary>The message's priority as Sendmail computes it: less is sooner. 0 if unknown.</summary>
    public long Priority;
}
