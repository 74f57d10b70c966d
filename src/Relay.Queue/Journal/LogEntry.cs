using FASTER.core;
using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>
/// A record on its way into a log page: body first, then the header over it. FASTER calls it inside its epoch, where an
/// exception would hang the log for ever (pitfall P17), so one is turned into a void record and kept for the appender.
/// </summary>
internal readonly struct LogEntry<TEntry> : ILogEnqueueEntry
    where TEntry : struct, IJournalEntry
{
    private readonly FasterLog _log;
    private readonly RecordHeader _header;
    private readonly TEntry _entry;
    private readonly uint _salt;
    private readonly uint _generation;

    public LogEntry(FasterLog log, RecordHeader header, TEntry entry, int bodyLength, uint salt, uint generation)
    {
        _log = log;
        _header = header;
        _entry = entry;
        _salt = salt;
        _generation = generation;
        SerializedLength = RecordLayout.Length + bodyLength;
    }

    public int SerializedLength { get; }

    public void SerializeTo(Span<byte> dest)
    {
        RecordHeader header = _header;
        try
        {
            _entry.WriteBody(dest[RecordLayout.Length..]);
        }
        catch (Exception failure)
        {
            EntryFailure.Current = failure;
            dest.Clear();
            header = new RecordHeader(QueueRecordKind.Void, 0, 0);
        }

        RecordLayout.Seal(dest, header, _salt, _generation, _log.TailAddress, _log.FlushedUntilAddress);
    }
}
