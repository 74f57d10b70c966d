namespace Relay.Tables.Loading;

/// <summary>
/// Where the tables come from. A null path is a table that is not configured; a file that is missing is an empty table.
/// Paths are absolute. Classes carry Sendmail's letters.
/// </summary>
public sealed record TableSources
{
    public string? Access { get; init; }

    public string? Mailertable { get; init; }

    public string? Virtusertable { get; init; }

    public string? Domaintable { get; init; }

    public string? Genericstable { get; init; }

    /// <summary>Asked for a name one after the other.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Keys of passwords: for the owner alone to read.</summary>
    public string? Users { get; init; }

    /// <summary>Passwords: for the owner alone to read.</summary>
    public string? AuthInfo { get; init; }

    public string? SenderLogin { get; init; }

    /// <summary>Class w: our own names, compared exactly.</summary>
    public ClassSource LocalHostNames { get; init; } = ClassSource.None;

    /// <summary>Class R: domains and address prefixes that may relay and be relayed to.</summary>
    public ClassSource RelayDomains { get; init; } = ClassSource.None;

    /// <summary>Class {VirtHost}: further domains of virtusertable.</summary>
    public ClassSource VirtHosts { get; init; } = ClassSource.None;

    /// <summary>Class G: domains of genericstable.</summary>
    public ClassSource GenericsDomains { get; init; } = ClassSource.None;

    /// <summary>Class M: further domains that are masqueraded.</summary>
    public ClassSource MasqueradeDomains { get; init; } = ClassSource.None;

    /// <summary>Class N: names that are not masqueraded.</summary>
    public ClassSource MasqueradeExceptions { get; init; } = ClassSource.None;

    /// <summary>Class E: users that are not masqueraded.</summary>
    public ClassSource ExposedUsers { get; init; } = ClassSource.None;

    /// <summary>Class L: users that stay local with a hub or relay.</summary>
    public ClassSource LocalUsers { get; init; } = ClassSource.None;

    /// <summary>Sendmail's feature lookupdotdomain.</summary>
    public bool LookupDotDomain { get; init; }

    /// <summary>Unsafe permissions that are borne.</summary>
    public DontBlameSendmail DontBlameSendmail { get; init; }
}
