namespace Relay.Queue.Journal;

/// <summary>What a header must agree with before its checksum is worth computing.</summary>
/// <param name="GenerationMin">The highest generation seen before it.</param>
/// <param name="GenerationMax">The last generation that ever wrote.</param>
/// <param name="HintDistanceMax">How far behind its address a record's hint may be: a segment.</param>
internal readonly record struct RecordLimits(uint GenerationMin, uint GenerationMax, long HintDistanceMax);
