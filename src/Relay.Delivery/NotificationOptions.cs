namespace Relay.Delivery;

/// <summary>What delivery status notifications look like (RFC 3464).</summary>
public sealed class NotificationOptions
{
    /// <summary>Larger messages are returned with their header section only, unless RET=FULL asks for all.</summary>
    public long ReturnedContentMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Not even RET=FULL returns more than this; the header section goes instead (RFC 3461 §4.3 allows it).
    /// </summary>
    public long ReturnedFullMax { get; init; } = 16 * 1024 * 1024;
}
