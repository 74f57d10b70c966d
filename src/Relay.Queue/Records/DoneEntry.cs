using Relay.Queue.Journal;

namespace Relay.Queue.Records;

/// <summary>A Done record's body: u8 reason.</summary>
internal readonly struct DoneEntry(DoneReason reason) : IJournalEntry
{
    public int BodyLength => 1;

    public void WriteBody(Span<byte> body) => body[0] = (byte)reason;
}
