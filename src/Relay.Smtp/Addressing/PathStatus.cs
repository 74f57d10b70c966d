namespace Relay.Smtp.Addressing;

internal enum PathStatus
{
    Valid,

    /// <summary>Well formed, but the mailbox is a local part alone.</summary>
    Unqualified,
    Syntax,
    TooLong,
}
