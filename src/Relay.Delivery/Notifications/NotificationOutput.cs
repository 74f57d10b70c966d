using System.Buffers;
using System.Globalization;
using System.Text;
using Relay.Smtp.Addressing;

namespace Relay.Delivery.Notifications;

/// <summary>The octets of a notification in wire form as they are written. Owned by one writer.</summary>
internal sealed class NotificationOutput
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);

    /// <summary>Octets >= 0x80 may be written; else they become question marks.</summary>
    public bool IsUtf8 { get; set; }

    public ReadOnlyMemory<byte> Written => _output.WrittenMemory;

    public IBufferWriter<byte> Buffer => _output;

    public static string Date(DateTimeOffset date) =>
        date.ToUniversalTime().ToString("ddd, d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture) + " +0000";

    public void Bytes(ReadOnlySpan<byte> octets) => _output.Write(octets);

    /// <summary>Our own words.</summary>
    public void Write(string text) => Encoding.UTF8.GetBytes(text, _output);

    /// <summary>Our own words and the end of the line.</summary>
    public void Line(string text)
    {
        Write(text);
        Bytes("\r\n"u8);
    }

    /// <summary>Others' octets: nothing in them can end the line.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        Span<byte> span = _output.GetSpan(Math.Max(1, text.Length));
        for (int i = 0; i < text.Length; i++)
        {
            span[i] = text[i] is < (byte)' ' or 0x7F || (text[i] >= 0x80 && !IsUtf8) ? (byte)'?' : text[i];
        }

        _output.Advance(text.Length);
    }

    /// <summary>Our words and others' octets as one line.</summary>
    public void Line(ReadOnlySpan<byte> before, ReadOnlySpan<byte> text, ReadOnlySpan<byte> after = default)
    {
        Bytes(before);
        Text(text);
        Bytes(after);
        Bytes("\r\n"u8);
    }

    /// <summary>What was given as xtext (RFC 3461 §4), as a line.</summary>
    public void XtextLine(ReadOnlySpan<byte> before, ReadOnlySpan<byte> xtext)
    {
        byte[] text = new byte[xtext.Length];
        Line(before, text.AsSpan(0, Xtext.Decode(xtext, text)));
    }
}
