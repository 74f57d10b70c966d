namespace Relay.LoadGenerator.Source;

/// <summary>The right and duty to send one message.</summary>
/// <param name="Sequence">Number of the message in the run.</param>
/// <param name="Intended">
/// Timestamp from which latency counts: when the message was due (open loop) or taken up (closed loop).
/// </param>
internal readonly record struct Ticket(uint Sequence, long Intended);
