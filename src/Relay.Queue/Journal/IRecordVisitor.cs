namespace Relay.Queue.Journal;

/// <summary>Is given every valid record of the log in address order during recovery.</summary>
internal interface IRecordVisitor
{
    void Visit(long address, in RecordHeader header, ReadOnlySpan<byte> body);

    /// <summary>A damaged record between valid ones: its octets could not be trusted.</summary>
    void VisitDamage(long address, int length);
}
