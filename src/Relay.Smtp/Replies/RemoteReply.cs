using System.Buffers;

namespace Relay.Smtp.Replies;

/// <summary>A remote server's reply (RFC 5321 §4.2); a view on the input that dies when the input advances.</summary>
public readonly ref struct RemoteReply
{
    internal RemoteReply(ushort code, EnhancedStatusCode enhancedCode, int lineCount, ReadOnlySequence<byte> lines)
    {
        Code = code;
        EnhancedCode = enhancedCode;
        LineCount = lineCount;
        Lines = lines;
    }

    /// <summary>200 to 599.</summary>
    public ushort Code { get; }

    /// <summary>The first line's, if its class is the code's; else none.</summary>
    public EnhancedStatusCode EnhancedCode { get; }

    public int LineCount { get; }

    /// <summary>All lines as they came, with their CRLFs.</summary>
    public ReadOnlySequence<byte> Lines { get; }

    /// <summary>2yz.</summary>
    public bool IsPositive => Code / 100 == 2;

    /// <summary>3yz.</summary>
    public bool IsIntermediate => Code / 100 == 3;

    /// <summary>4yz.</summary>
    public bool IsTransient => Code / 100 == 4;

    /// <summary>5yz.</summary>
    public bool IsPermanent => Code / 100 == 5;

    /// <summary>Walks the lines' texts, behind code and separator, without CRLF.</summary>
    public ReplyLineEnumerator GetEnumerator() => new(Lines);

    /// <summary>
    /// Copies the texts of all lines, joined by a space, without code and enhanced code, as far as they fit; anything
    /// but printable US-ASCII becomes <c>?</c>.
    /// </summary>
    /// <returns>Octets written.</returns>
    public int CopyText(Span<byte> destination) => Copy(destination, withCodes: false);

    /// <summary>
    /// As <see cref="CopyText"/>, beginning with the code and the enhanced code: for logs and Diagnostic-Code.
    /// </summary>
    public int CopyDiagnostic(Span<byte> destination) => Copy(destination, withCodes: true);

    private int Copy(Span<byte> destination, bool withCodes)
    {
        Span<byte> scratch = stackalloc byte[ReplyParser.LineLengthMax];
        Span<byte> code = stackalloc byte[4];
        int written = 0;
        bool first = true;
        foreach (ReadOnlySequence<byte> line in this)
        {
            int length = (int)line.Length;
            line.CopyTo(scratch);
            ReadOnlySpan<byte> text = scratch[..length];
            if (first && withCodes)
            {
                code[0] = (byte)('0' + (Code / 100));
                code[1] = (byte)('0' + (Code / 10 % 10));
                code[2] = (byte)('0' + (Code % 10));
                code[3] = (byte)' ';
                written += CopyFitting(code[..(length == 0 ? 3 : 4)], destination[written..]);
            }
            else
            {
                text = EnhancedCode.IsNone ? text : ReplyParser.SkipEnhancedCode(text, Code);
            }

            if (!first && !text.IsEmpty && written > 0)
            {
                written += CopyFitting(" "u8, destination[written..]);
            }

            written += CopyFitting(text, destination[written..]);
            first = false;
        }

        foreach (ref byte octet in destination[..written])
        {
            octet = octet is >= (byte)' ' and <= (byte)'~' ? octet : (byte)'?';
        }

        return written;
    }

    private static int CopyFitting(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int length = Math.Min(text.Length, destination.Length);
        text[..length].CopyTo(destination);
        return length;
    }
}
