namespace Relay.Queue.Journal;

/// <summary>The body of a record, written straight into the log page. Implement on a readonly struct.</summary>
internal interface IJournalEntry
{
    /// <summary>Octets of the body; constant for the entry's lifetime.</summary>
    int BodyLength { get; }

    /// <summary>
    /// Fills the body completely. Runs inside the log's epoch: must not throw, block or call the journal.
    /// </summary>
    void WriteBody(Span<byte> body);
}
