namespace Relay.Smtp.Replies;

/// <summary>What the beginning of a remote server's output holds.</summary>
public enum ReplyStatus
{
    Complete,
    NeedMoreData,

    /// <summary>Not a reply by RFC 5321 §4.2; the connection is of no further use.</summary>
    Malformed,

    /// <summary>A limit of <see cref="ReplyParser"/> is exceeded; the connection is of no further use.</summary>
    TooLong,
}
