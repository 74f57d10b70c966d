namespace Relay.Delivery.Tls;

/// <summary>Whether TLS is begun with a host.</summary>
public enum TlsUse : byte
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>Where it is offered; in clear where it is not, or where the handshake fails.</summary>
    May = 1,

    /// <summary>Always: without it nothing is sent.</summary>
    Required = 2,
}
