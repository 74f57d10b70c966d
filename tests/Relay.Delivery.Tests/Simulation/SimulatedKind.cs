namespace Relay.Delivery.Tests.Simulation;

/// <summary>How a simulated destination behaves.</summary>
internal enum SimulatedKind
{
    /// <summary>Takes mail but for the failures that anybody has now and then.</summary>
    Ordinary,

    /// <summary>Never fails.</summary>
    Perfect,

    /// <summary>Nobody listens.</summary>
    Dead,

    /// <summary>Nobody listens until a time; then ordinary.</summary>
    DownAtFirst,

    /// <summary>Refuses everybody for now until a time; then ordinary.</summary>
    RefusingAtFirst,

    /// <summary>Refuses everybody for now.</summary>
    AlwaysLater,

    /// <summary>Refuses everybody for good.</summary>
    AlwaysNo,
}
