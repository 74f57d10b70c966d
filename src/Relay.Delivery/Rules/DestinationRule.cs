namespace Relay.Delivery.Rules;

/// <summary>
/// Limits of the destinations that one of the patterns matches; what is null is left to less precise rules and to the
/// defaults. Immutable.
/// </summary>
public sealed record DestinationRule
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<DestinationPattern> Patterns { get; init; }

    /// <summary>Where it was written, such as <c>relay.json:12 (destinations[0])</c>.</summary>
    public required string Origin { get; init; }

    public int? Connections { get; init; }

    public int? MessagesPerConnection { get; init; }

    public int? RecipientsPerTransaction { get; init; }

    /// <summary>Messages; an empty list is without limit.</summary>
    public IReadOnlyList<SendRate>? Rates { get; init; }

    /// <summary>Connections begun; an empty list is without limit.</summary>
    public IReadOnlyList<SendRate>? ConnectRates { get; init; }

    public SourcePool? Sources { get; init; }
}
