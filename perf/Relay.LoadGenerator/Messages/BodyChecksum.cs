using System.Numerics;
using System.Runtime.InteropServices;

namespace Relay.LoadGenerator.Messages;

/// <summary>
/// Checksum of a message's body in decoded (unstuffed) form: four interleaved lanes of CRC-32C over 8-octet words, the
/// tail padded with zeros, folded with the length into 64 bits. Four lanes because one lane runs at the latency of the
/// CRC instruction (about a third of this speed). Streamed; input may be cut anywhere. Mutable: pass by reference.
/// </summary>
internal struct BodyChecksum
{
    private const int BlockSize = 32;

    private uint _lane0;
    private uint _lane1;
    private uint _lane2;
    private uint _lane3;
    private long _length;
    private Block _carry;
    private int _carryLength;

    internal void Reset() => this = default;

    internal void Append(ReadOnlySpan<byte> data)
    {
        _length += data.Length;
        if (_carryLength > 0)
        {
            int taken = Math.Min(BlockSize - _carryLength, data.Length);
            data[..taken].CopyTo(_carry[_carryLength..]);
            _carryLength += taken;
            data = data[taken..];
            if (_carryLength < BlockSize)
            {
                return;
            }

            Blocks(_carry);
            _carryLength = 0;
        }

        int whole = data.Length & ~(BlockSize - 1);
        Blocks(data[..whole]);
        data[whole..].CopyTo(_carry);
        _carryLength = data.Length - whole;
    }

    /// <summary>The checksum; ends the computation (<see cref="Reset"/> begins the next).</summary>
    internal ulong Finish()
    {
        if (_carryLength > 0)
        {
            ((Span<byte>)_carry)[_carryLength..].Clear();
            Blocks(_carry);
        }

        uint low = BitOperations.Crc32C(BitOperations.Crc32C(0, _lane0), _lane1);
        uint high = BitOperations.Crc32C(BitOperations.Crc32C(0, _lane2), _lane3);
        low = BitOperations.Crc32C(BitOperations.Crc32C(low, high), (ulong)_length);
        high = BitOperations.Crc32C(BitOperations.Crc32C(high, low), (ulong)~_length);
        return ((ulong)high << 32) | low;
    }

    private void Blocks(ReadOnlySpan<byte> blocks)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(blocks);
        uint lane0 = _lane0;
        uint lane1 = _lane1;
        uint lane2 = _lane2;
        uint lane3 = _lane3;
        while (words.Length >= 4)
        {
            lane0 = BitOperations.Crc32C(lane0, words[0]);
            lane1 = BitOperations.Crc32C(lane1, words[1]);
            lane2 = BitOperations.Crc32C(lane2, words[2]);
            lane3 = BitOperations.Crc32C(lane3, words[3]);
            words = words[4..];
        }

        (_lane0, _lane1, _lane2, _lane3) = (lane0, lane1, lane2, lane3);
    }

    [System.Runtime.CompilerServices.InlineArray(BlockSize)]
    private struct Block
    {
        private byte _element;
    }
}
