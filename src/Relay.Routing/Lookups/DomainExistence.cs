namespace Relay.Routing.Lookups;

/// <summary>Whether a domain can take a reply.</summary>
internal enum DomainExistence
{
    Exists = 0,

    /// <summary>The DNS says for good that there is nothing.</summary>
    Missing,

    /// <summary>The DNS cannot say for now.</summary>
    Unknown,
}
