using Relay.LoadGenerator.Measurement;

namespace Relay.LoadGenerator.Source;

/// <summary>What a run of the source came to.</summary>
public sealed record SourceReport
{
    public required string Run { get; init; }

    /// <summary>Messages a positive reply was received for.</summary>
    public long Acknowledged { get; init; }

    public long RecipientsAcknowledged { get; init; }

    public long RecipientsRejected { get; init; }

    /// <summary>Messages refused by a reply.</summary>
    public long Rejected { get; init; }

    /// <summary>Messages whose connection was lost before their reply; they may have been accepted.</summary>
    public long Broken { get; init; }

    public long Resent { get; init; }

    public long Connections { get; init; }

    public long ConnectFailures { get; init; }

    public long ConnectionsLost { get; init; }

    public long SessionsGivenUp { get; init; }

    /// <summary>Connections on which pipelining was wanted but not offered.</summary>
    public long WithoutPipelining { get; init; }

    /// <summary>Negative replies by stage and code (<c>Rcpt 550</c>).</summary>
    public required IReadOnlyDictionary<string, long> NegativeReplies { get; init; }

    /// <summary>Octets of acknowledged bodies.</summary>
    public long BodyBytes { get; init; }

    /// <summary>From the start of the first message to the last acknowledgement.</summary>
    public double Seconds { get; init; }

    public double MessagesPerSecond { get; init; }

    /// <summary>Intended rate of an open loop, 0 for a closed one.</summary>
    public double IntendedRate { get; init; }

    public double CpuUserSeconds { get; init; }

    public double CpuSystemSeconds { get; init; }

    /// <summary>
    /// From the intended start (open loop: when the message was due, waiting for a free session included; closed loop:
    /// when a session took it) to the acknowledgement.
    /// </summary>
    public required LatencySummary Latency { get; init; }

    /// <summary>From the end of data to the acknowledgement.</summary>
    public required LatencySummary AcknowledgeLatency { get; init; }

    /// <summary>Acknowledged messages per tenth of a second since the start.</summary>
    public required IReadOnlyList<int> Timeline { get; init; }

    /// <summary>Worst latency (ms) of each tenth of a second.</summary>
    public required IReadOnlyList<double> TimelineMaxMs { get; init; }

    /// <summary>Points of the latency distribution: percent, milliseconds.</summary>
    public required IReadOnlyList<double[]> LatencyDistribution { get; init; }
}
