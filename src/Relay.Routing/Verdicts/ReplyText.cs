using System.Globalization;
using System.Text;
using Relay.Tables;

namespace Relay.Routing.Verdicts;

/// <summary>
/// Builds complete replies, as Sendmail's error mailer does: code, enhanced status code (RFC 3463), and words. The
/// address in question stands before the words, <c>&lt;a&gt;... </c>, behind the codes 450, 550 and 553 and no other.
/// </summary>
public static class ReplyText
{
    /// <summary>RFC 5321 §4.5.3.1.5, without CRLF. A longer reply is cut.</summary>
    private const int LengthMax = 510;

    /// <summary>Composes the reply.</summary>
    /// <param name="reply">Code, status and words.</param>
    /// <param name="address">The address in question without brackets; null if there is none.</param>
    public static byte[] Compose(in TableReply reply, ReadOnlyMemory<byte>? address)
    {
        Span<byte> line = stackalloc byte[LengthMax];
        int length = 0;
        reply.Code.TryFormat(line, out length, provider: CultureInfo.InvariantCulture);
        Add(line, ref length, " "u8);
        Add(line, ref length, reply.Status.Span);
        Add(line, ref length, " "u8);
        if (address is { } named && reply.Code is 450 or 550 or 553)
        {
            Add(line, ref length, "<"u8);
            Add(line, ref length, named.Span);
            Add(line, ref length, ">... "u8);
        }

        Add(line, ref length, reply.Text.Span);
        line = line[..length].TrimEnd((byte)' ');
        foreach (ref byte octet in line)
        {
            if (octet is < (byte)' ' or 0x7F)
            {
                octet = (byte)' '; // a line break would be a reply of its own
            }
        }

        return line.ToArray();
    }

    /// <summary>Composes the reply of a text in our own words: code, status and words.</summary>
    public static byte[] Compose(string text, ReadOnlyMemory<byte>? address) => Compose(Read(text), address);

    /// <summary>The reply that a text stands for.</summary>
    /// <param name="text">
    /// E.g. <c>550 5.7.1 no</c>, <c>550 no</c> or <c>no</c>; checked by <see cref="IsReply"/>.
    /// </param>
    /// <param name="status">The status if the text has none; its class follows the code's.</param>
    public static TableReply Parse(string text, string status)
    {
        TableReply reply = Read(text);
        bool isGeneric = reply.Status.Span.SequenceEqual("5.0.0"u8) || reply.Status.Span.SequenceEqual("4.0.0"u8)
            || reply.Status.Span.SequenceEqual("5.3.0"u8);
        if (!isGeneric)
        {
            return reply;
        }

        byte[] own = Encoding.ASCII.GetBytes(status);
        own[0] = (byte)('0' + (reply.Code / 100));
        return reply with { Status = own };
    }

    /// <summary>True if the text can be a refusal.</summary>
    public static bool IsReply(string text) =>
        TableReply.TryParse(Encoding.UTF8.GetBytes(text), keywords: false, out _, out _);

    private static TableReply Read(string text) =>
        TableReply.TryParse(Encoding.UTF8.GetBytes(text), keywords: false, out TableReply reply, out string error)
            ? reply
            : throw new ArgumentException($"\"{text}\": {error}", nameof(text));

    private static void Add(Span<byte> line, ref int length, ReadOnlySpan<byte> part)
    {
        part = part[..Math.Min(part.Length, line.Length - length)];
        part.CopyTo(line[length..]);
        length += part.Length;
    }
}
