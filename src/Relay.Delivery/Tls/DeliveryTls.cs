using Relay.Tls;

namespace Relay.Delivery.Tls;

/// <summary>TLS with next hops: how, and what is asked of them.</summary>
public sealed record DeliveryTls(TlsClient Client, ITlsPolicy Policy);
