using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>Keeps what a replay shows.</summary>
internal sealed class RecordingVisitor : IRecordVisitor
{
    public List<(long Address, RecordHeader Header, byte[] Body)> Records { get; } = [];

    public List<(long Address, int Length)> Damages { get; } = [];

    public IEnumerable<ulong> Ids => Records.Select(record => record.Header.QueueId);

    public void Visit(long address, in RecordHeader header, ReadOnlySpan<byte> body)
        => Records.Add((address, header, body.ToArray()));

    public void VisitDamage(long address, int length) => Damages.Add((address, length));
}
