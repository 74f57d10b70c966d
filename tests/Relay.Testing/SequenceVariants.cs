using System.Buffers;

namespace Relay.Testing;

/// <summary>
/// The same octets as every sequence that a reader may meet: whole, within a larger array between sentinels, cut in two
/// at every octet, with an empty segment in between, and one octet per segment.
/// </summary>
public static class SequenceVariants
{
    private const byte Sentinel = 0xA5;

    public static IEnumerable<ReadOnlySequence<byte>> Of(ReadOnlySpan<byte> octets) => Of(octets.ToArray());

    public static IEnumerable<ReadOnlySequence<byte>> Of(byte[] octets)
    {
        yield return new ReadOnlySequence<byte>(octets);

        byte[] larger = new byte[octets.Length + 16];
        Array.Fill(larger, Sentinel);
        octets.CopyTo(larger, 8);
        yield return new ReadOnlySequence<byte>(larger, 8, octets.Length);

        for (int cut = 1; cut < octets.Length; cut++)
        {
            yield return Cut(octets, cut);
        }

        if (octets.Length > 0)
        {
            yield return FromSegments([octets.AsMemory(0, 1), default, octets.AsMemory(1)]);
            yield return OctetByOctet(octets);
        }
    }

    /// <summary>Two segments; the second begins at <paramref name="cut"/>.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] octets, int cut) =>
        FromSegments([octets.AsMemory(0, cut), octets.AsMemory(cut)]);

    /// <summary>One octet per segment.</summary>
    public static ReadOnlySequence<byte> OctetByOctet(byte[] octets) =>
        FromSegments(Enumerable.Range(0, octets.Length).Select(i => (ReadOnlyMemory<byte>)octets.AsMemory(i, 1)));

    /// <summary>Segments of the given size; the last may be shorter.</summary>
    public static ReadOnlySequence<byte> InPiecesOf(int size, byte[] octets) =>
        FromSegments(octets.Chunk(size).Select(piece => (ReadOnlyMemory<byte>)piece));

    /// <summary>Each memory one segment.</summary>
    public static ReadOnlySequence<byte> FromSegments(IEnumerable<ReadOnlyMemory<byte>> memories)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (ReadOnlyMemory<byte> memory in memories)
        {
            last = new Segment(memory, last);
            first ??= last;
        }

        return first is null
            ? ReadOnlySequence<byte>.Empty
            : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
