using System.Buffers.Binary;

namespace Relay.Queue.Records;

/// <summary>
/// Reads a record's body front to back. Reading past the end yields zeros and sets <see cref="Overrun"/>: the octets
/// passed their checksum, so this means a record of a form that we do not know, reported by the caller once.
/// </summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    public bool Overrun { get; private set; }

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Bytes(1) is [byte value] ? value : (byte)0;

    public int UInt16()
    {
        ReadOnlySpan<byte> bytes = Bytes(sizeof(ushort));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    public int Int32()
    {
        ReadOnlySpan<byte> bytes = Bytes(sizeof(int));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public ulong UInt64()
    {
        ReadOnlySpan<byte> bytes = Bytes(sizeof(ulong));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public ReadOnlySpan<byte> Bytes(int length)
    {
        if ((uint)length > (uint)_rest.Length)
        {
            Overrun = true;
            _rest = default;
            return default;
        }

        ReadOnlySpan<byte> bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }
}
