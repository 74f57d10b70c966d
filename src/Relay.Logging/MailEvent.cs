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

    public long Size;

    public int RecipientCount;

    /// <summary>Since the message was received; negative if unknown.</summary>
    public TimeSpan Delay;
}
