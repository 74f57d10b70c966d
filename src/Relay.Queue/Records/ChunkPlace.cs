using System.Buffers.Binary;

namespace Relay.Queue.Records;

/// <summary>Where one piece of a message's content lies: an entry of the chunk table.</summary>
/// <param name="Address">The Chunk record's address.</param>
/// <param name="Length">Octets of content in it.</param>
internal readonly record struct ChunkPlace(long Address, int Length)
{
    public static ChunkPlace Read(ReadOnlySpan<byte> table, int number)
    {
        ReadOnlySpan<byte> place = table.Slice(number * AcceptFields.ChunkLength, AcceptFields.ChunkLength);
        return new ChunkPlace(
            BinaryPrimitives.ReadInt64LittleEndian(place),
            BinaryPrimitives.ReadInt32LittleEndian(place[sizeof(long)..]));
    }

    public void Write(ref BodyWriter writer)
    {
        writer.UInt64((ulong)Address);
        writer.UInt32(Length);
    }
}
