namespace Relay.Queue.Journal;

/// <summary>Is given every valid record of the log in address order during recovery.</summary>
internal interface IRecordVisitor
{
    void Visit(long address, in RecordHeader header, ReadOnlySpan<byte> body);

    /// <summary>
    /// A stretch of the log, once durable, that holds no valid record any more: one or several records are lost.
    /// Reported in address order after all visits.
    /// </summary>
    void VisitDamage(long address, int length);
}
