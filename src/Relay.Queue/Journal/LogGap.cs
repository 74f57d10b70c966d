namespace Relay.Queue.Journal;

/// <summary>A stretch of the log between two valid records, or before its known end, without a valid record.</summary>
/// <param name="IsFatal">A whole page, or the end: too much to go on without an operator's word, if it was
/// durable.</param>
/// <param name="Generation">What a void record in its place must carry to keep generations in order.</param>
internal readonly record struct LogGap(long Address, int Length, uint Generation, bool IsFatal);
