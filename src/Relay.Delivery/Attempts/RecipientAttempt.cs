using Relay.Queue;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>One recipient within one attempt; owned by its <see cref="MessageAttempt"/>.</summary>
internal struct RecipientAttempt
{
    /// <summary>The recipient's place in the envelope.</summary>
    public ushort Ordinal;

    /// <summary>
    /// Recipients with the same reverse-path have the same number: the place of the first of them among the
    /// recipients of the job. They go in one transaction and share a notification.
    /// </summary>
    public int Sender;

    public RecipientProgress Progress;

    /// <summary>The transaction of the attempt that gave the outcome; those before the first are 0.</summary>
    public int Transaction;

    /// <summary>Meaningful when <see cref="Progress"/> is Finished.</summary>
    public RecipientStatus Status;

    /// <summary>The remote reply's code; 0 if the outcome is our own finding.</summary>
    public ushort Code;

    public EnhancedStatusCode EnhancedCode;

    /// <summary>The host that gave the outcome, <c>name [1.2.3.4]</c>; empty or null if none was reached.</summary>
    public byte[]? Peer;

    /// <summary>The next hop took DSN parameters over, so that success is its to report (RFC 3461 §5.2.2).</summary>
    public bool DsnPassedOn;

    /// <summary>It was handed to a mailbox's keeper (LMTP): delivered, not only relayed.</summary>
    public bool IsFinalDelivery;

    /// <summary>Deferred so long that its sender is to be told, for the first time.</summary>
    public bool IsLate;

    /// <summary>The reply's text, a place in the attempt's <see cref="ReplyArena"/>.</summary>
    public int TextOffset;

    public int TextLength;

    /// <summary>The outcome went into the queue with the notification of it: it is not given again.</summary>
    public bool IsNotified;

    /// <summary>
    /// Its failure is kept to be told with those of other destinations
    /// (<see cref="Notifications.FailureRounds"/>): this attempt gives no outcome for it.
    /// </summary>
    public bool IsKept;

    /// <summary>The destination of a failure that was kept, for the log; null for that of the attempt.</summary>
    public byte[]? Via;

    /// <summary>The mailbox to send in RCPT instead of the forward-path; null for the forward-path itself.</summary>
    public byte[]? Address;
}
