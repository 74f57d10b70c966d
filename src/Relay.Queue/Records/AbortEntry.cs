using Relay.Queue.Journal;

namespace Relay.Queue.Records;

/// <summary>An Abort record's body: u32 count of the chunks that nobody will refer to, u64 octets in them.</summary>
internal readonly struct AbortEntry(int chunks, long octets) : IJournalEntry
{
    public int BodyLength => sizeof(uint) + sizeof(ulong);

    public void WriteBody(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.UInt32(chunks);
        writer.UInt64((ulong)octets);
    }
}
