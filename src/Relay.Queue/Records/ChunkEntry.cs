using System.Buffers;
using Relay.Queue.Journal;

namespace Relay.Queue.Records;

/// <summary>
/// A Chunk record's body: u64 offset of the piece behind the prologue, then its octets.
/// </summary>
internal readonly struct ChunkEntry(long offset, ReadOnlySequence<byte> content) : IJournalEntry
{
    /// <summary>Octets before the content.</summary>
    public const int HeaderLength = sizeof(ulong);

    public int BodyLength => HeaderLength + (int)content.Length;

    public void WriteBody(Span<byte> body)
    {
        var writer = new BodyWriter(body);
        writer.UInt64((ulong)offset);
        content.CopyTo(writer.Skip((int)content.Length));
    }
}
