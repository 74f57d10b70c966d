namespace Relay.LoadGenerator.Sink;

/// <summary>What one sink thread has seen. Written by that thread, read by others for display.</summary>
internal sealed class SinkCounters
{
    internal long Messages;
    internal long Recipients;
    internal long Bytes;
    internal long Connections;
    internal long OpenConnections;
    internal long Refused;
    internal long Dropped;
    internal long CutOff;
    internal long Violations;
    internal long FirstTimestamp;
    internal long LastTimestamp;
}
