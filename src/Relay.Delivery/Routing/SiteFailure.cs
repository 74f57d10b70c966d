namespace Relay.Delivery.Routing;

/// <summary>Why a name has no hosts to deliver to, as an error route says it. Sendmail's words.</summary>
/// <param name="Text">Code, enhanced code and text.</param>
/// <param name="IsTemporary">It says nothing about tomorrow.</param>
/// <param name="IsRefusal">Somebody decided so: no fall-back host is to be tried.</param>
/// <param name="Alarm">For the administrator; null for nothing.</param>
internal sealed record SiteFailure(string Text, bool IsTemporary, bool IsRefusal, string? Alarm = null)
{
    public static SiteFailure None { get; } = new("451 4.4.4 No host to deliver to", true, false);

    /// <summary>What an administrator named and the DNS does not know is a fault of ours, so never final.</summary>
    public static SiteFailure Unknown(string name, bool isDomain) => new(
        $"{(isDomain ? "550 5.1.2" : "450 4.1.2")} Host unknown (Name server: {name}: host not found)",
        IsTemporary: !isDomain,
        IsRefusal: false);

    public static SiteFailure LookupFailed(string name) => new(
        $"451 4.4.3 Name server: {name}: host name lookup failure", IsTemporary: true, IsRefusal: false);

    /// <summary>RFC 7505 §4.</summary>
    public static SiteFailure NullMx(string name, bool isDomain) => isDomain
        ? new SiteFailure("556 5.1.10 Host does not accept mail: MX 0 .", IsTemporary: false, IsRefusal: true)
        : new SiteFailure(
            $"450 4.1.10 Host does not accept mail: {name} has MX 0 .", IsTemporary: true, IsRefusal: false);

    /// <summary>A fault of configuration, here or of the domain, that Sendmail makes permanent.</summary>
    public static SiteFailure PointsBack(string name, string ownHost) => new(
        $"554 5.3.5 MX list for {name} points back to {ownHost} (Local configuration error)",
        IsTemporary: false,
        IsRefusal: true,
        $"SYSERR: MX list for {name}. points back to {ownHost}");
}
