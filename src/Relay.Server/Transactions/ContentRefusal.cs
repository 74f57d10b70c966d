namespace Relay.Server.Transactions;

/// <summary>Why content is refused when it has been read to its end.</summary>
internal enum ContentRefusal : byte
{
    None = 0,
    BareCarriageReturn,
    BareLineFeed,
    TooLarge,
    TooManyHops,

    /// <summary>The header section is too long to be rewritten.</summary>
    HeadersTooLarge,

    /// <summary>The queue has no space.</summary>
    InsufficientStorage,

    /// <summary>The queue failed.</summary>
    StorageFailed,

    /// <summary>The queue is stopping.</summary>
    Stopping,

    /// <summary>BDAT without MAIL.</summary>
    MailFirst,

    /// <summary>BDAT without RCPT.</summary>
    RcptFirst,

    /// <summary>BDAT and every RCPT was refused.</summary>
    NoValidRecipients,

    /// <summary>BDAT after a failed BDAT of the same transaction.</summary>
    FailedBefore,

    /// <summary>BDAT in a session whose commands are refused.</summary>
    Rejected,
}
