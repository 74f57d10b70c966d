using Relay.Smtp.Replies;

namespace Relay.Queue.Records;

/// <summary>One recipient's state as read; dies with its buffer.</summary>
internal readonly ref struct OutcomeView(
    int ordinal, RecipientStatus status, int replyCode, EnhancedStatusCode code, bool delayNotified,
    ReadOnlySpan<byte> reply)
{
    public int Ordinal { get; } = ordinal;

    public RecipientStatus Status { get; } = status;

    public int ReplyCode { get; } = replyCode;

    public EnhancedStatusCode Code { get; } = code;

    public bool DelayNotified { get; } = delayNotified;

    public ReadOnlySpan<byte> Reply { get; } = reply;
}
