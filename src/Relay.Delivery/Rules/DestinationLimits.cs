namespace Relay.Delivery.Rules;

/// <summary>What holds for one destination, put together of the rules that match it. Immutable and shared.</summary>
public sealed record DestinationLimits
{
    public required int Connections { get; init; }

    /// <summary>0 is without limit.</summary>
    public required int MessagesPerConnection { get; init; }

    public required int RecipientsPerTransaction { get; init; }

    public IReadOnlyList<SendRate> Rates { get; init; } = [];

    public IReadOnlyList<SendRate> ConnectRates { get; init; } = [];

    public SourcePool Sources { get; init; } = SourcePool.Any;

    /// <summary>Each limit with its value and where it was written, for people.</summary>
    public IReadOnlyList<(string Name, string Value, string Origin)> Explanation { get; init; } = [];
}
