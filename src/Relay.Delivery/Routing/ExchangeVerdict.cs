namespace Relay.Delivery.Routing;

/// <summary>What a set of MX records comes to.</summary>
internal enum ExchangeVerdict : byte
{
    /// <summary>There are hosts to try.</summary>
    Hosts,

    /// <summary>The domain says that it takes no mail (RFC 7505).</summary>
    NullMx,

    /// <summary>We are the best of them, and there is nobody else to hand the mail on to (RFC 5321 §5.1).</summary>
    PointsBack,
}
