namespace Relay.Delivery;

/// <summary>What delivery status notifications look like (RFC 3464) and who gets those that nobody asked for.</summary>
public sealed class NotificationOptions
{
    /// <summary>Larger messages are returned with their header section only, unless RET=FULL asks for all.</summary>
    public long ReturnedContentMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Not even RET=FULL returns more than this; the header section goes instead (RFC 3461 §4.3 allows it).
    /// </summary>
    public long ReturnedFullMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Who is told of messages with the null reverse-path that cannot be delivered (Sendmail's DoubleBounceAddress);
    /// empty if they are dropped. <c>postmaster</c> is whoever <see cref="IAddressees"/> says, or nobody.
    /// </summary>
    public string DoubleBounceAddress { get; init; } = "postmaster";

    /// <summary>
    /// Who gets a copy of every failure notification, with the header section of the message (Sendmail's
    /// PostmasterCopy); empty for nobody.
    /// </summary>
    public string PostmasterCopy { get; init; } = string.Empty;
}
