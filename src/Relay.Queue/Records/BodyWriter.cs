using System.Buffers.Binary;

namespace Relay.Queue.Records;

/// <summary>Writes a record's body front to back, little-endian. The caller made sure that it fits.</summary>
internal ref struct BodyWriter(Span<byte> body)
{
    private readonly Span<byte> _body = body;

    public int Position { get; private set; }

    public void Byte(byte value) => _body[Position++] = value;

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_body[Position..], (ushort)value);
        Position += sizeof(ushort);
    }

    public void UInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_body[Position..], value);
        Position += sizeof(uint);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_body[Position..], value);
        Position += sizeof(ulong);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_body[Position..]);
        Position += bytes.Length;
    }

    /// <summary>The next octets, for the caller to fill.</summary>
    public Span<byte> Skip(int length)
    {
        Span<byte> span = _body.Slice(Position, length);
        Position += length;
        return span;
    }
}
