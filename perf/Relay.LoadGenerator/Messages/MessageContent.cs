using System.Buffers.Text;
using System.Diagnostics;

namespace Relay.LoadGenerator.Messages;

/// <summary>
/// The content of one message on its way out, generated piece by piece into the send buffer: header section, body
/// blocks, end of data. It holds no octets, so a session blocked in a 64 MiB message keeps no more than one chunk.
/// Mutable struct: pass by reference.
/// </summary>
internal struct MessageContent
{
    /// <summary>A destination span at least this long always takes the next piece.</summary>
    internal const int PieceMax = 8192;

    /// <summary>Limit of each address written into the header section.</summary>
    internal const int AddressMax = 1024;

    private LoadId _id;
    private long _size;
    private int _piece;
    private int _blockCount;
    private bool _eightBit;
    private bool _bdat;

    internal readonly bool IsComplete => _piece > _blockCount + 1;

    internal static MessageContent Begin(LoadId id, long size, bool eightBit, bool bdat) => new()
    {
        _id = id,
        _size = size,
        _blockCount = MessageBody.BlockCount(size),
        _eightBit = eightBit,
        _bdat = bdat,
    };

    /// <summary>A content that is complete: nothing to send.</summary>
    internal static MessageContent None => new() { _piece = 2 };

    /// <summary>Appends as many whole pieces as fit; returns the octets written.</summary>
    internal int Fill(Span<byte> destination, in MessageHeader header)
    {
        int position = 0;
        while (!IsComplete && destination.Length - position >= PieceMax)
        {
            position += WritePiece(destination[position..], header);
            _piece++;
        }

        Debug.Assert(position > 0 || IsComplete);
        return position;
    }

    private readonly int WritePiece(Span<byte> destination, in MessageHeader header)
    {
        if (_piece == 0)
        {
            return WriteHeader(destination, header);
        }

        if (_piece <= _blockCount)
        {
            int block = _piece - 1;
            int dot = 0;
            if (!_bdat && MessageBody.IsStuffed(_size, block))
            {
                destination[0] = (byte)'.';
                dot = 1;
            }

            return dot + MessageBody.WriteBlock(destination[dot..], _id, _size, block, _eightBit);
        }

        if (_bdat)
        {
            return 0;
        }

        ".\r\n"u8.CopyTo(destination);
        return 3;
    }

    private readonly int WriteHeader(Span<byte> destination, in MessageHeader header)
    {
        const int CommandMax = 40;
        ulong checksum = MessageBody.Checksum(_id, _size, _eightBit);
        if (!_bdat)
        {
            return header.Write(destination, _id, checksum);
        }

        Span<byte> fields = stackalloc byte[PieceMax - CommandMax];
        int length = header.Write(fields, _id, checksum);
        "BDAT "u8.CopyTo(destination);
        Utf8Formatter.TryFormat(length + _size, destination[5..], out int digits);
        " LAST\r\n"u8.CopyTo(destination[(5 + digits)..]);
        fields[..length].CopyTo(destination[(12 + digits)..]);
        return 12 + digits + length;
    }
}
