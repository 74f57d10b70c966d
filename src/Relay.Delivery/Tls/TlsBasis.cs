namespace Relay.Delivery.Tls;

/// <summary>
/// What TLS with next hops goes by at one moment, by identity: options, rules and certificates. A connection keeps the
/// one that it was opened by. Immutable.
/// </summary>
internal readonly struct TlsBasis
{
    private readonly DeliveryTls? _tls;
    private readonly object? _rules;
    private readonly object? _certificates;

    private TlsBasis(DeliveryTls? tls)
    {
        _tls = tls;
        _rules = tls?.Policy.Version;
        _certificates = tls?.Client.Version;
    }

    /// <summary>The present one. To be taken before anything is decided by it: then no change is missed.</summary>
    public static TlsBasis Of(DeliveryTls? tls) => new(tls);

    /// <summary>Nothing of it has changed: what was decided by the one would be decided by the other.</summary>
    public bool Is(in TlsBasis other) => ReferenceEquals(_tls, other._tls)
        && ReferenceEquals(_rules, other._rules)
        && ReferenceEquals(_certificates, other._certificates);
}
