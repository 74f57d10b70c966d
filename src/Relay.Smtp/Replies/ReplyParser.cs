using System.Buffers;

namespace Relay.Smtp.Replies;

/// <summary>
/// Reads a remote server's replies:
/// <c>*( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP [ textstring ] ] CRLF</c> (RFC 5321 §4.2).
/// Strict where a mistake could be taken for another reply: lines end in CRLF only, all lines have the same code, 2xx
/// to 5xx. Octets >= 0x80 and NUL in the text are let through (copies replace them). Stateless; bounded by the limits
/// below, so that looking at a growing input again stays cheap.
/// </summary>
public static class ReplyParser
{
    /// <summary>Longest line taken, in octets with CRLF: twice the 512 of RFC 5321 §4.5.3.1.5.</summary>
    public const int LineLengthMax = 1024;

    /// <summary>Most lines of one reply.</summary>
    public const int LineCountMax = 128;

    /// <summary>Longest reply, in octets.</summary>
    public const int ReplyLengthMax = 16 * 1024;

    /// <param name="reply">A view on <paramref name="buffer"/>, if complete.</param>
    /// <param name="consumed">Behind the reply if complete, else the beginning.</param>
    public static ReplyStatus TryRead(
        ReadOnlySequence<byte> buffer,
        out RemoteReply reply,
        out SequencePosition consumed)
    {
        reply = default;
        consumed = buffer.Start;
        Span<byte> head = stackalloc byte[16];
        ushort code = 0;
        EnhancedStatusCode enhancedCode = default;
        long start = 0;
        for (int lineCount = 1; ; lineCount++)
        {
            ReadOnlySequence<byte> rest = buffer.Slice(start);
            ReplyStatus status = FindLine(rest, out long lineLength);
            ReplyStatus headStatus = CheckHead(rest, lineLength, ref code, out bool isLast);
            if (headStatus == ReplyStatus.Malformed || status != ReplyStatus.Complete)
            {
                return headStatus == ReplyStatus.Malformed ? headStatus : status;
            }

            if (lineCount == 1)
            {
                ReadOnlySequence<byte> text = rest.Slice(Math.Min(4, lineLength), Math.Clamp(lineLength - 4, 0, 16));
                text.CopyTo(head);
                enhancedCode = ParseEnhancedCode(head[..(int)text.Length], code, out _);
            }

            start += lineLength + 2;
            if (start > ReplyLengthMax || (lineCount == LineCountMax && !isLast))
            {
                return ReplyStatus.TooLong;
            }

            if (isLast)
            {
                consumed = buffer.GetPosition(start);
                reply = new RemoteReply(code, enhancedCode, lineCount, buffer.Slice(0, consumed));
                return ReplyStatus.Complete;
            }
        }
    }

    /// <summary>The text behind its enhanced code and the space, or all of it if it has none.</summary>
    internal static ReadOnlySpan<byte> SkipEnhancedCode(ReadOnlySpan<byte> text, ushort code) =>
        ParseEnhancedCode(text, code, out int length).IsNone ? text : text[length..];

    /// <summary><c>class "." subject "." detail SP</c> (RFC 2034 §3), of the reply code's class only.</summary>
    internal static EnhancedStatusCode ParseEnhancedCode(ReadOnlySpan<byte> text, ushort code, out int length)
    {
        length = 0;
        int hundreds = code / 100;
        if (text.Length < 5 || hundreds == 3 || text[0] != '0' + hundreds || text[1] != (byte)'.')
        {
            return EnhancedStatusCode.None;
        }

        int at = 2;
        if (!TryReadNumber(text, ref at, out ushort subject)
            || at >= text.Length
            || text[at++] != (byte)'.'
            || !TryReadNumber(text, ref at, out ushort detail)
            || (at < text.Length && text[at] != (byte)' '))
        {
            return EnhancedStatusCode.None;
        }

        length = Math.Min(at + 1, text.Length);
        return new EnhancedStatusCode((byte)hundreds, subject, detail);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ref int at, out ushort number)
    {
        int start = at;
        number = 0;
        while (at < text.Length && at - start < 3 && text[at] is >= (byte)'0' and <= (byte)'9')
        {
            number = (ushort)((number * 10) + text[at++] - '0');
        }

        return at > start;
    }

    /// <param name="length">Octets of the line without CRLF, or all there are.</param>
    private static ReplyStatus FindLine(ReadOnlySequence<byte> rest, out long length)
    {
        bool atLimit = rest.Length >= LineLengthMax;
        var reader = new SequenceReader<byte>(atLimit ? rest.Slice(0, LineLengthMax) : rest);
        if (!reader.TryAdvanceToAny("\r\n"u8, advancePastDelimiter: false))
        {
            length = rest.Length;
            return atLimit ? ReplyStatus.TooLong : ReplyStatus.NeedMoreData;
        }

        length = reader.Consumed;
        reader.TryRead(out byte first);
        if (first == (byte)'\n')
        {
            return ReplyStatus.Malformed;
        }

        if (!reader.TryRead(out byte second))
        {
            return atLimit ? ReplyStatus.TooLong : ReplyStatus.NeedMoreData;
        }

        return second == (byte)'\n' ? ReplyStatus.Complete : ReplyStatus.Malformed;
    }

    /// <summary>Checks the reply code and the separator of a line as far as they are there.</summary>
    private static ReplyStatus CheckHead(ReadOnlySequence<byte> rest, long length, ref ushort code, out bool isLast)
    {
        Span<byte> head = stackalloc byte[4];
        int known = (int)Math.Min(4, Math.Min(length, rest.Length));
        rest.Slice(0, known).CopyTo(head);
        isLast = known < 4 || head[3] == (byte)' ';
        bool complete = rest.Length > length; // the line's end is there
        if (known < 3 && complete)
        {
            return ReplyStatus.Malformed;
        }

        for (int i = 0; i < Math.Min(known, 3); i++)
        {
            if (head[i] is < (byte)'0' or > (byte)'9')
            {
                return ReplyStatus.Malformed;
            }
        }

        if ((known > 0 && head[0] is < (byte)'2' or > (byte)'5' && known > 0)
            || (known == 4 && head[3] is not ((byte)' ' or (byte)'-')))
        {
            return ReplyStatus.Malformed;
        }

        if (known < 3)
        {
            return ReplyStatus.NeedMoreData;
        }

        var number = (ushort)(((head[0] - '0') * 100) + ((head[1] - '0') * 10) + head[2] - '0');
        if (code != 0 && code != number)
        {
            return ReplyStatus.Malformed;
        }

        code = number;
        return ReplyStatus.Complete;
    }
}
