using FASTER.core;
using Relay.Queue.Records;

namespace Relay.Queue.Journal;

/// <summary>
/// Fills the sector that a commit ends in with a void record, so that the next commit begins with a sector of its own:
/// it then writes one sector less, and nothing that was acknowledged is written again. Only where what it fills is less
/// than half of what the commit writes: a slow trickle of small messages shares sectors and does not grow the log. For
/// the committer's thread.
/// </summary>
internal sealed class SectorFiller(FasterLog log, SuperBlock block)
{
    private const int PartOfCommitMax = 2;

    private readonly uint _salt = block.Salt;
    private readonly uint _generation = block.Generation;
    private readonly int _pageSize = block.PageSize;

    /// <summary>Call before a commit. What a session appends meanwhile may lie behind the filling or in its place.</summary>
    public void Fill()
    {
        long tail = log.TailAddress;
        int rest = (int)(-tail & (SegmentDevice.Sector - 1));
        if (rest >= LogFormat.EntryLengthMin
            && rest <= (tail - log.FlushedUntilAddress) / PartOfCommitMax
            && (tail + rest) % _pageSize != 0)
        {
            var filling = new Filling(rest - LogFormat.EntryLengthMin);
            log.TryEnqueue(
                new LogEntry<Filling>(
                    log,
                    new RecordHeader(QueueRecordKind.Void, 0, 0),
                    filling,
                    filling.BodyLength,
                    _salt,
                    _generation),
                out _); // without room in the buffer there is more to write than this commit does
        }
    }

    private readonly struct Filling(int length) : IJournalEntry
    {
        public int BodyLength => length;

        public void WriteBody(Span<byte> body) => body.Clear();
    }
}
