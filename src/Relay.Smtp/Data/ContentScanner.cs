using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Relay.Smtp.Data;

/// <summary>
/// One pass over content in wire form as it arrives, cut anywhere: finds the end of data, counts stuffed dots
/// (RFC 5321 §4.5.2), and sees bare CR, bare LF, octets >= 0x80 and NUL. Only CRLF.CRLF ends data (§4.1.1.4); the
/// beginning counts as behind a CRLF, so a first line of one dot is the end of an empty message. A struct with its
/// state: pass by reference, one per message, <c>default</c> is the beginning.
/// </summary>
/// <remarks>
/// 64 octets become one bit mask each for CR, LF and dot. An LF must stand exactly where a CR stood before it, and a
/// dot matters only behind an LF: while both hold, a block costs a dozen instructions whatever its lines are. What
/// crosses from block to block, and from call to call, are four bits.
/// </remarks>
public struct ContentScanner
{
    private ScanCarry _carry;
    private bool _isStarted; // until then the beginning counts as a line start
    private bool _bareCr;
    private bool _bareLf;
    private ContentFlags _flags;

    /// <summary>What was seen so far; complete once the end of data is found.</summary>
    public readonly ContentFlags Flags =>
        StuffedDotCount > 0 ? _flags | ContentFlags.StuffedDots : _flags;

    /// <summary>
    /// Lines so far that begin with a dot and are not the terminator; a dot that may still become the terminator is
    /// not counted.
    /// </summary>
    public readonly long StuffedDotCount => DotLineCount - (_carry.HasOpenDot || IsEnded ? 1 : 0);

    /// <summary>A CR without LF behind it was seen (RFC 5321 §2.3.8).</summary>
    public readonly bool HasBareCr => _bareCr;

    /// <summary>An LF without CR before it was seen.</summary>
    public readonly bool HasBareLf => _bareLf;

    /// <summary>The end of data was found; nothing more is scanned.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>
    /// How many octets at the end of what was scanned belong (3, once ended) or may belong (1 or 2) to the terminator's
    /// line and are not content yet.
    /// </summary>
    public readonly int TerminatorLength =>
        IsEnded ? 3 : _carry.DotCr != 0 ? 2 : _carry.Dot != 0 ? 1 : 0;

    private long DotLineCount { get; set; }

    /// <summary>Scans the next octets.</summary>
    /// <param name="consumed">Octets scanned: all, or up to and with the end of data.</param>
    /// <returns>True if the end of data was found.</returns>
    public bool Scan(ReadOnlySpan<byte> span, out int consumed)
    {
        if (IsEnded)
        {
            consumed = 0;
            return true;
        }

        return ScanCore(span, out consumed);
    }

    /// <summary>Scans the next octets.</summary>
    /// <param name="consumed">Octets scanned: all, or up to and with the end of data.</param>
    /// <returns>True if the end of data was found.</returns>
    public bool Scan(in ReadOnlySequence<byte> sequence, out long consumed)
    {
        consumed = 0;
        foreach (ReadOnlyMemory<byte> segment in sequence)
        {
            bool ended = Scan(segment.Span, out int octets);
            consumed += octets;
            if (ended)
            {
                return true;
            }
        }

        return IsEnded;
    }

    private bool ScanCore(ReadOnlySpan<byte> span, out int consumed)
    {
        if (span.IsEmpty)
        {
            consumed = 0;
            return false;
        }

        if (!_isStarted)
        {
            _isStarted = true;
            _carry.LineStart = 1;
        }

        ref byte start = ref MemoryMarshal.GetReference(span);
        nuint at = 0;
        var length = (nuint)span.Length;
        OctetSum sum = OctetSum.Create();
        ScanCarry carry = _carry;
        while (at + OctetBlock.Size <= length)
        {
            OctetBlock block = OctetBlock.Load(ref Unsafe.Add(ref start, at));
            if (!TryPass(block, ref carry) && ScanSlow(block, ulong.MaxValue, ref carry, out int end))
            {
                return End(sum, block, end, (int)at, out consumed);
            }

            sum.Add(block);
            at += OctetBlock.Size;
        }

        _carry = carry;
        _flags |= sum.Flags;
        consumed = span.Length;
        return at < length && ScanTail(span[(int)at..], (int)at, ref consumed);
    }

    /// <summary>The rest of a span, shorter than a block, filled up with letters.</summary>
    private bool ScanTail(ReadOnlySpan<byte> tail, int at, ref int consumed)
    {
        Span<byte> filled = stackalloc byte[OctetBlock.Size];
        filled.Fill((byte)'a');
        tail.CopyTo(filled);
        OctetBlock block = OctetBlock.Load(ref MemoryMarshal.GetReference(filled));
        ScanCarry carry = _carry;
        OctetSum sum = OctetSum.Create();
        if (ScanSlow(block, ulong.MaxValue >> (OctetBlock.Size - tail.Length), ref carry, out int end))
        {
            return End(sum, block, end, at, out consumed);
        }

        sum.Add(block);
        _carry = carry;
        _flags |= sum.Flags;
        return false;
    }

    /// <summary>Passes a block in which nothing but text and CRLFs happens; false if it has to be looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPass(in OctetBlock block, ref ScanCarry carry)
    {
        ulong cr = block.Cr;
        ulong lf = block.Lf;
        ulong afterCr = (cr << 1) | carry.Cr;
        ulong lineStart = (lf << 1) | carry.LineStart;
        if (((afterCr ^ lf) | (lineStart & block.Dot) | carry.Dot | carry.DotCr) != 0)
        {
            return false;
        }

        carry.Cr = cr >> 63;
        carry.LineStart = lf >> 63;
        return true;
    }

    /// <summary>The whole rule on one block; true if data ends at the octet <paramref name="end"/> of it.</summary>
    /// <param name="valid">The bits that count; the lowest ones.</param>
    private bool ScanSlow(in OctetBlock block, ulong valid, ref ScanCarry carry, out int end)
    {
        ulong cr = block.Cr & valid;
        ulong lf = block.Lf & valid;
        ulong afterCr = ((cr << 1) | carry.Cr) & valid;
        ulong crlf = lf & afterCr;
        ulong dot = block.Dot & valid & ((crlf << 1) | carry.LineStart);
        ulong dotCr = cr & ((dot << 1) | carry.Dot);
        ulong terminator = lf & ((dotCr << 1) | carry.DotCr);
        end = -1;
        if (terminator != 0)
        {
            end = BitOperations.TrailingZeroCount(terminator);
            valid &= ulong.MaxValue >> (63 - end);
        }

        _bareLf |= (lf & ~afterCr & valid) != 0;
        _bareCr |= (afterCr & ~lf & valid) != 0;
        DotLineCount += BitOperations.PopCount(dot & valid);
        int last = 63 - BitOperations.LeadingZeroCount(valid);
        carry.Cr = (cr >> last) & 1;
        carry.LineStart = (crlf >> last) & 1;
        carry.Dot = (dot >> last) & 1;
        carry.DotCr = (dotCr >> last) & 1;
        return end >= 0;
    }

    private bool End(in OctetSum sum, in OctetBlock block, int end, int at, out int consumed)
    {
        _carry = default;
        _flags |= sum.Flags | block.FlagsUpTo(end);
        IsEnded = true;
        consumed = at + end + 1;
        return true;
    }
}
