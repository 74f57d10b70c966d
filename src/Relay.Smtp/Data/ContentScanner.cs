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
/// Where every LF stands behind a CR, every CR before an LF, and no line begins with a dot, there is nothing to know
/// but that it is so: <see cref="CleanText"/> passes such text in windows of 256 octets by comparing it with itself
/// moved by one octet. Elsewhere 64 octets become one bit mask each for CR, LF and dot, and the rule is a few shifts on
/// these. What crosses from block to block, and from call to call, are four bits.
/// </remarks>
public struct ContentScanner
{
    private ScanCarry _carry;
    private bool _isStarted; // until then the beginning counts as a line start
    private bool _bareCr;
    private bool _bareLf;
    private long _dotLineCount; // with the one that is, or may become, the terminator
    private ContentFlags _flags;

    /// <summary>What was seen so far; complete once the end of data is found.</summary>
    public readonly ContentFlags Flags =>
        StuffedDotCount > 0 ? _flags | ContentFlags.StuffedDots : _flags;

    /// <summary>
    /// Lines so far that begin with a dot and are not the terminator; a dot that may still become the terminator is
    /// not counted.
    /// </summary>
    public readonly long StuffedDotCount => _dotLineCount - (_carry.HasOpenDot || IsEnded ? 1 : 0);

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
        int at = 0;
        OctetSum sum = OctetSum.Create();
        while (at <= span.Length - OctetBlock.Size)
        {
            // What is clean behind the first octet of the span is passed without a look at where its lines are.
            int clean = at == 0 || _carry.HasOpenDot ? 0 : CleanText.Measure(ref start, at, span.Length, ref sum);
            if (clean > 0)
            {
                at += clean;
                byte last = Unsafe.Add(ref start, at - 1);
                _carry.Cr = last == (byte)'\r' ? 1u : 0u;
                _carry.LineStart = last == (byte)'\n' ? 1u : 0u;
                continue;
            }

            // Not clean, or too short to tell: a window's blocks by their masks.
            int window = Math.Min(span.Length - at, at == 0 ? OctetBlock.Size : CleanText.WindowSize);
            if (ScanWindow(ref start, ref at, at + window, ref sum, out int end))
            {
                return End(sum, OctetBlock.Load(ref Unsafe.Add(ref start, at)), end, at, out consumed);
            }
        }

        _flags |= sum.Flags;
        consumed = span.Length;
        return at < span.Length && ScanTail(span[at..], at, ref consumed);
    }

    /// <summary>Scans whole blocks before <paramref name="stop"/>.</summary>
    /// <param name="at">Moves on; stays at the block in which data ends.</param>
    private bool ScanWindow(ref byte start, ref int at, int stop, ref OctetSum sum, out int end)
    {
        ulong carriedCr = _carry.Cr;
        ulong carriedLineStart = _carry.LineStart;
        bool open = _carry.HasOpenDot;
        for (; at <= stop - OctetBlock.Size; at += OctetBlock.Size)
        {
            OctetBlock block = OctetBlock.Load(ref Unsafe.Add(ref start, at));
            ulong cr = block.Cr;
            ulong lf = block.Lf;
            ulong dot = block.Dot;
            ulong unusual = (((cr << 1) | carriedCr) ^ lf) | (((lf << 1) | carriedLineStart) & dot);
            if (unusual == 0 && !open)
            {
                carriedCr = cr >> 63;
                carriedLineStart = lf >> 63;
            }
            else
            {
                _carry.Cr = carriedCr;
                _carry.LineStart = carriedLineStart;
                if (ScanBlock(cr, lf, dot, ulong.MaxValue, out end))
                {
                    return true;
                }

                carriedCr = _carry.Cr;
                carriedLineStart = _carry.LineStart;
                open = _carry.HasOpenDot;
            }

            sum.Add(block);
        }

        _carry.Cr = carriedCr;
        _carry.LineStart = carriedLineStart;
        end = -1;
        return false;
    }

    /// <summary>The rest of a span, shorter than a block, filled up with letters.</summary>
    private bool ScanTail(ReadOnlySpan<byte> tail, int at, ref int consumed)
    {
        Span<byte> filled = stackalloc byte[OctetBlock.Size];
        filled.Fill((byte)'a');
        tail.CopyTo(filled);
        OctetBlock block = OctetBlock.Load(ref MemoryMarshal.GetReference(filled));
        OctetSum sum = OctetSum.Create();
        ulong valid = ulong.MaxValue >> (OctetBlock.Size - tail.Length);
        if (ScanBlock(block.Cr, block.Lf, block.Dot, valid, out int end))
        {
            return End(sum, block, end, at, out consumed);
        }

        sum.Add(block);
        _flags |= sum.Flags;
        return false;
    }

    /// <summary>
    /// The whole rule on the masks of a block; true if data ends at its octet <paramref name="end"/>.
    /// </summary>
    /// <param name="valid">The bits that count; the lowest ones.</param>
    private bool ScanBlock(ulong cr, ulong lf, ulong dot, ulong valid, out int end)
    {
        cr &= valid;
        lf &= valid;
        ulong afterCr = ((cr << 1) | _carry.Cr) & valid;
        ulong crlf = lf & afterCr;
        ulong dotLine = dot & valid & ((crlf << 1) | _carry.LineStart);
        ulong dotCr = cr & ((dotLine << 1) | _carry.Dot);
        ulong terminator = lf & ((dotCr << 1) | _carry.DotCr);
        end = -1;
        if (terminator != 0)
        {
            end = BitOperations.TrailingZeroCount(terminator);
            valid &= ulong.MaxValue >> (63 - end);
        }

        _bareLf |= (lf & ~afterCr & valid) != 0;
        _bareCr |= (afterCr & ~lf & valid) != 0;
        _dotLineCount += BitOperations.PopCount(dotLine & valid);
        int last = 63 - BitOperations.LeadingZeroCount(valid);
        _carry.Cr = (cr >> last) & 1;
        _carry.LineStart = (crlf >> last) & 1;
        _carry.Dot = (dotLine >> last) & 1;
        _carry.DotCr = (dotCr >> last) & 1;
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
