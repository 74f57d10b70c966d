using System.Buffers;

namespace Relay.Smtp.Framing;

/// <summary>
/// Finds one CRLF-terminated line (RFC 5321 §2.3.8) at the beginning of the input. Stateless; only the first
/// <c>lengthMax</c> octets are looked at, so the result does not depend on how the input was cut.
/// </summary>
public static class CommandLineFramer
{
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    /// <param name="lengthMax">Longest line taken, in octets, with its CRLF.</param>
    /// <param name="line">The line without CRLF; a view on <paramref name="buffer"/>.</param>
    /// <param name="consumed">
    /// Behind the CRLF if complete, else the beginning. After <see cref="LineStatus.TooLong"/> and
    /// <see cref="LineStatus.BareLineEnding"/> call <see cref="TryDiscardLine"/> until it returns true.
    /// </param>
    public static LineStatus TryReadLine(
        ReadOnlySequence<byte> buffer,
        int lengthMax,
        out ReadOnlySequence<byte> line,
        out SequencePosition consumed)
    {
        ReadOnlySpan<byte> span = buffer.FirstSpan;
        bool whole = buffer.IsSingleSegment;
        if (span.Length >= lengthMax)
        {
            span = span[..lengthMax];
            whole = true;
        }

        int end = span.IndexOfAny(Cr, Lf);
        if ((uint)(end + 1) < (uint)span.Length && end >= 0)
        {
            if (span[end] == Cr && span[end + 1] == Lf)
            {
                line = buffer.Slice(0, end);
                consumed = buffer.GetPosition(end + 2);
                return LineStatus.Complete;
            }

            line = default;
            consumed = buffer.Start;
            return LineStatus.BareLineEnding;
        }

        if (!whole)
        {
            return TryReadLineAcross(buffer, lengthMax, out line, out consumed);
        }

        line = default;
        consumed = buffer.Start;
        return end >= 0 && span[end] == Lf ? LineStatus.BareLineEnding
            : span.Length == lengthMax ? LineStatus.TooLong
            : LineStatus.NeedMoreData;
    }

    /// <summary>Discards up to the next CRLF.</summary>
    /// <param name="consumed">
    /// Behind the CRLF if true; else the end of the input, or its last octet if that is a CR.
    /// </param>
    public static bool TryDiscardLine(ReadOnlySequence<byte> buffer, out SequencePosition consumed)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryAdvanceTo(Cr, advancePastDelimiter: true))
        {
            if (!reader.TryPeek(out byte next))
            {
                consumed = buffer.GetPosition(reader.Consumed - 1);
                return false;
            }

            if (next == Lf)
            {
                reader.Advance(1);
                consumed = reader.Position;
                return true;
            }
        }

        consumed = buffer.End;
        return false;
    }

    private static LineStatus TryReadLineAcross(
        in ReadOnlySequence<byte> buffer,
        int lengthMax,
        out ReadOnlySequence<byte> line,
        out SequencePosition consumed)
    {
        line = default;
        consumed = buffer.Start;
        int left = lengthMax;
        SequencePosition next = buffer.Start;
        SequencePosition end = default; // of the line: its CR
        bool afterCr = false;
        SequencePosition at = next;
        for (; left > 0 && buffer.TryGet(ref next, out ReadOnlyMemory<byte> memory); at = next)
        {
            ReadOnlySpan<byte> span = memory.Span;
            span = span.Length > left ? span[..left] : span;
            left -= span.Length;
            int behindCr = 0;
            if (!afterCr)
            {
                int found = span.IndexOfAny(Cr, Lf);
                if (found < 0)
                {
                    continue;
                }

                if (span[found] == Lf)
                {
                    return LineStatus.BareLineEnding;
                }

                end = new SequencePosition(at.GetObject(), at.GetInteger() + found);
                behindCr = found + 1;
                afterCr = true;
            }

            if (behindCr < span.Length)
            {
                if (span[behindCr] != Lf)
                {
                    return LineStatus.BareLineEnding;
                }

                line = buffer.Slice(buffer.Start, end);
                consumed = new SequencePosition(at.GetObject(), at.GetInteger() + behindCr + 1);
                return LineStatus.Complete;
            }
        }

        return left == 0 ? LineStatus.TooLong : LineStatus.NeedMoreData;
    }
}
