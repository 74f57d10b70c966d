using System.Buffers.Binary;

namespace Relay.Dns.Messages;

/// <summary>Reads one resource record after the other (RFC 1035 §4.1.3); a view of the message.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> message, int offset)
{
    public const ushort ClassIn = 1;

    private const int FixedLength = 10;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _offset = offset;

    public ushort Type { get; private set; }

    public ushort Class { get; private set; }

    /// <summary>Seconds; one with the highest bit set is 0 (RFC 2181 §8).</summary>
    public uint Ttl { get; private set; }

    public int DataOffset { get; private set; }

    public int DataLength { get; private set; }

    public readonly ReadOnlySpan<byte> Data => _message.Slice(DataOffset, DataLength);

    /// <param name="owner">Takes the owner's name, at least <see cref="WireName.LengthMax"/> octets.</param>
    public bool TryRead(scoped Span<byte> owner, out int ownerLength)
    {
        if (!WireName.TryRead(_message, _offset, owner, out ownerLength, out int at)
            || _message.Length - at < FixedLength)
        {
            return false;
        }

        ReadOnlySpan<byte> fields = _message[at..];
        Type = BinaryPrimitives.ReadUInt16BigEndian(fields);
        Class = BinaryPrimitives.ReadUInt16BigEndian(fields[2..]);
        uint ttl = BinaryPrimitives.ReadUInt32BigEndian(fields[4..]);
        Ttl = ttl > int.MaxValue ? 0 : ttl;
        DataLength = BinaryPrimitives.ReadUInt16BigEndian(fields[8..]);
        DataOffset = at + FixedLength;
        _offset = DataOffset + DataLength;
        return _offset <= _message.Length;
    }

    /// <summary>A name within the record's data that ends where the data does.</summary>
    public readonly bool TryReadName(int offsetInData, scoped Span<byte> name, out int length)
    {
        length = 0;
        return offsetInData < DataLength
            && WireName.TryRead(_message, DataOffset + offsetInData, name, out length, out int next)
            && next == DataOffset + DataLength;
    }

    /// <summary>Where the next record begins.</summary>
    public readonly int Offset => _offset;
}
