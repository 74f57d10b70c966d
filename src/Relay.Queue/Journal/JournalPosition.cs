namespace Relay.Queue.Journal;

/// <summary>
/// A place in the log to replay from, as a snapshot keeps it: a committed address and the generation that committed it.
/// Default means the beginning.
/// </summary>
internal readonly record struct JournalPosition(long Address, uint Generation);
