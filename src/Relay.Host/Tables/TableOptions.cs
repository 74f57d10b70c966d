using Relay.Routing.Routes;

namespace Relay.Host.Tables;

/// <summary>What the tables need to know besides their files.</summary>
internal sealed record TableOptions
{
    /// <summary>Where the tables lie; null if there are none.</summary>
    public string? Directory { get; init; }

    public Route? SmartHost { get; init; }

    /// <summary>Sendmail's relay_hosts_only.</summary>
    public bool RelayHostsOnly { get; init; }

    /// <summary>Our own name, as <see cref="DomainName.TryNormalize"/> gives it.</summary>
    public required string HostName { get; init; }

    /// <summary>The mailbox that stands for postmaster.</summary>
    public byte[]? Postmaster { get; init; }
}
