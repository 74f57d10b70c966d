using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>The caller's part of a record's header; the journal adds checksum, generation and address hints.</summary>
internal readonly record struct RecordHeader(QueueRecordKind Kind, ushort Flags, ulong QueueId);
