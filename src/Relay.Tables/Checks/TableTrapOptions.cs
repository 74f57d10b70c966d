namespace Relay.Tables.Checks;

/// <summary>What decides, beside the tables, whether an entry can ever be found.</summary>
public sealed record TableTrapOptions
{
    /// <summary>Sendmail's feature virtuser_entire_domain.</summary>
    public bool VirtUserEntireDomain { get; init; }

    /// <summary>Sendmail's feature generics_entire_domain.</summary>
    public bool GenericsEntireDomain { get; init; }

    /// <summary>Sendmail's feature relaytofulladdress.</summary>
    public bool RelayToFullAddress { get; init; }
}
