using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace Relay.Smtp.Replies;

/// <summary>
/// Writes replies (RFC 5321 §4.2) to the output. What is inserted cannot break the line: control characters become
/// <c>?</c>, and a line is cut to 512 octets (§4.5.3.1.5). Stateless; allocates nothing.
/// </summary>
public static class ReplyWriter
{
    private static ReadOnlySpan<byte> Placeholder => "{}"u8;

    /// <summary>Writes a complete reply as it is.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> reply)
    {
        Debug.Assert(reply.EndsWith("\r\n"u8));
        ReplyCounts.Count(reply);
        reply.CopyTo(output.GetSpan(reply.Length));
        output.Advance(reply.Length);
    }

    /// <summary>Writes a complete reply that lacks its CRLF, such as a policy's refusal.</summary>
    public static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        ReplyCounts.Count(line);
        Span<byte> span = output.GetSpan(SmtpLimits.ReplyLineMax);
        int length = CopyPrintable(line, span[..(SmtpLimits.ReplyLineMax - 2)], keepUtf8: true);
        output.Advance(EndLine(span, length));
    }

    /// <summary>Writes one line of a reply: code, enhanced code if there is one, text.</summary>
    /// <param name="code">200 to 599.</param>
    /// <param name="isLast">False writes the hyphen of a multi-line reply.</param>
    public static void WriteLine(
        IBufferWriter<byte> output,
        int code,
        EnhancedStatusCode enhancedCode,
        ReadOnlySpan<byte> text,
        bool isLast = true)
    {
        Debug.Assert(code is >= 200 and <= 599);
        Span<byte> span = output.GetSpan(SmtpLimits.ReplyLineMax);
        span[0] = (byte)('0' + (code / 100));
        span[1] = (byte)('0' + (code / 10 % 10));
        span[2] = (byte)('0' + (code % 10));
        span[3] = isLast ? (byte)' ' : (byte)'-';
        int length = 4 + WriteEnhancedCode(enhancedCode, span[4..]);
        length += CopyPrintable(text, span[length..(SmtpLimits.ReplyLineMax - 2)], keepUtf8: true);
        output.Advance(EndLine(span, length));
        if (isLast)
        {
            ReplyCounts.Count(span);
        }
    }

    /// <summary>Writes a reply with a mailbox of this transaction, which may be UTF-8, in the place of {}.</summary>
    public static void InsertMailbox(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> template,
        ReadOnlySpan<byte> mailbox) =>
        Insert(output, template, mailbox, keepUtf8: true);

    /// <summary>
    /// Writes a reply with a text in the place of {}; octets outside printable US-ASCII become <c>?</c>.
    /// </summary>
    public static void Insert(IBufferWriter<byte> output, ReadOnlySpan<byte> template, ReadOnlySpan<byte> text) =>
        Insert(output, template, text, keepUtf8: false);

    /// <summary>Writes a reply with a number in the place of {}.</summary>
    public static void Insert(IBufferWriter<byte> output, ReadOnlySpan<byte> template, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        bool fits = Utf8Formatter.TryFormat(number, digits, out int length);
        Debug.Assert(fits);
        Insert(output, template, digits[..length]);
    }

    /// <summary>Writes a reply with two texts in the places of its two {}.</summary>
    public static void Insert(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> template,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second)
    {
        int at = template.IndexOf(Placeholder);
        ReadOnlySpan<byte> rest = template[(at + 2)..];
        int at2 = rest.IndexOf(Placeholder);
        Debug.Assert(at >= 0 && at2 >= 0);
        ReplyCounts.Count(template);
        ReadOnlySpan<byte> tail = rest[(at2 + 2)..];
        Span<byte> span = output.GetSpan(SmtpLimits.ReplyLineMax);
        int room = SmtpLimits.ReplyLineMax - (template.Length - 4);

        template[..at].CopyTo(span);
        int length = at;
        length += CopyPrintable(first, span.Slice(length, room / 2), keepUtf8: false);
        rest[..at2].CopyTo(span[length..]);
        length += at2;
        length += CopyPrintable(second, span.Slice(length, room / 2), keepUtf8: false);
        tail.CopyTo(span[length..]);
        output.Advance(length + tail.Length);
    }

    /// <summary>A reply with a text in the place of {}, to be written later as often as wanted.</summary>
    public static byte[] Fill(ReadOnlySpan<byte> template, ReadOnlySpan<byte> text)
    {
        Span<byte> span = stackalloc byte[SmtpLimits.ReplyLineMax];
        return span[..Insert(span, template, text, keepUtf8: false)].ToArray();
    }

    private static void Insert(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> template,
        ReadOnlySpan<byte> text,
        bool keepUtf8)
    {
        ReplyCounts.Count(template);
        output.Advance(Insert(output.GetSpan(SmtpLimits.ReplyLineMax), template, text, keepUtf8));
    }

    private static int Insert(
        Span<byte> span, ReadOnlySpan<byte> template, ReadOnlySpan<byte> text, bool keepUtf8)
    {
        int at = template.IndexOf(Placeholder);
        Debug.Assert(at >= 0);
        ReadOnlySpan<byte> tail = template[(at + 2)..];
        template[..at].CopyTo(span);
        int length = at;
        length += CopyPrintable(text, span[at..(SmtpLimits.ReplyLineMax - tail.Length)], keepUtf8);
        tail.CopyTo(span[length..]);
        return length + tail.Length;
    }

    private static int EndLine(Span<byte> span, int length)
    {
        span[length] = (byte)'\r';
        span[length + 1] = (byte)'\n';
        return length + 2;
    }

    private static int WriteEnhancedCode(EnhancedStatusCode code, Span<byte> span)
    {
        if (code.IsNone)
        {
            return 0;
        }

        span[0] = (byte)('0' + code.Class);
        span[1] = (byte)'.';
        bool fits = Utf8Formatter.TryFormat(code.Subject, span[2..], out int length);
        length += 2;
        span[length++] = (byte)'.';
        fits &= Utf8Formatter.TryFormat(code.Detail, span[length..], out int detail);
        Debug.Assert(fits);
        length += detail;
        span[length] = (byte)' ';
        return length + 1;
    }

    /// <summary>Copies what fits; cut text ends before an incomplete UTF-8 sequence.</summary>
    private static int CopyPrintable(ReadOnlySpan<byte> text, Span<byte> destination, bool keepUtf8)
    {
        int length = Math.Min(text.Length, destination.Length);
        while (length < text.Length && length > 0 && (text[length] & 0xC0) == 0x80)
        {
            length--;
        }

        text = text[..length];
        text.CopyTo(destination);
        destination = destination[..length];
        if (text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            foreach (ref byte octet in destination)
            {
                if (octet is < (byte)' ' or 0x7F || (octet >= 0x80 && !keepUtf8))
                {
                    octet = (byte)'?';
                }
            }
        }

        return length;
    }
}
