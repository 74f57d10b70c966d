using Relay.LoadGenerator.Measurement;

namespace Relay.LoadGenerator.Sink;

/// <summary>What a run of the sink came to.</summary>
public sealed record SinkReport
{
    /// <summary>Messages accepted.</summary>
    public long Messages { get; init; }

    public long Recipients { get; init; }

    /// <summary>Octets of content, as they came over the wire.</summary>
    public long Bytes { get; init; }

    public long Connections { get; init; }

    /// <summary>Negative replies given by faults.</summary>
    public long Refused { get; init; }

    /// <summary>Connections broken by faults.</summary>
    public long Dropped { get; init; }

    /// <summary>Connections that clients broke or left in the middle of a transaction.</summary>
    public long CutOff { get; init; }

    /// <summary>Unknown commands, bare line ends, wrong order.</summary>
    public long Violations { get; init; }

    /// <summary>From the first to the last accepted message.</summary>
    public double Seconds { get; init; }

    public double MessagesPerSecond { get; init; }

    public double CpuUserSeconds { get; init; }

    public double CpuSystemSeconds { get; init; }

    /// <summary>How often each fault struck, in the order given.</summary>
    public IReadOnlyList<long> FaultsStruck { get; init; } = [];

    /// <summary>From the time of sending in the message to its acceptance here; with verification only.</summary>
    public LatencySummary? EndToEndLatency { get; init; }

    public VerificationReport? Verification { get; init; }
}
