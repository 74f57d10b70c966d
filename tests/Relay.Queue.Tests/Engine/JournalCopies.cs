using Relay.Queue.Journal;
using Relay.Queue.Records;
using Relay.Queue.Tests.Journal;

namespace Relay.Queue.Tests.Engine;

/// <summary>Journals with a part of another one's records: what a crash may leave.</summary>
internal static class JournalCopies
{
    public static List<Record> RecordsOf(MemoryJournal journal)
    {
        var visitor = new RecordingVisitor();
        journal.Reopen(visitor, default);
        return [.. visitor.Records.Select(r => new Record(r.Address, r.Header, r.Body))];
    }

    /// <summary>The journal as a crash behind its first so many records leaves it.</summary>
    public static MemoryJournal Prefix(MemoryJournal journal, int count) =>
        Copy(journal, RecordsOf(journal).Take(count));

    /// <summary>
    /// The same records at the same addresses, as far as they go; a missing one leaves its place empty.
    /// </summary>
    public static MemoryJournal Copy(MemoryJournal journal, IEnumerable<Record> records)
    {
        Assert.Equal(64, journal.BeginAddress);
        var copy = new MemoryJournal();
        foreach (Record record in records)
        {
            while (copy.TailAddress < record.Address)
            {
                int gap = (int)(record.Address - copy.TailAddress) - RecordLayout.Length;
                var nothing = new RecordHeader(QueueRecordKind.Abort, 0, 0);
                Assert.True(copy.TryAppend(nothing, new BytesEntry(new byte[gap]), out _));
            }

            Assert.True(copy.TryAppend(record.Header, new BytesEntry(record.Body), out long address));
            Assert.Equal(record.Address, address);
        }

        return copy;
    }

    internal sealed record Record(long Address, RecordHeader Header, byte[] Body);
}
