using System.Text;

namespace Relay.LoadGenerator.Messages;

/// <summary>
/// The header section of generated messages. The sink looks for the <c>X-Load-</c> fields: id, sequence, checksum of
/// the decoded body and time of sending, all hexadecimal.
/// </summary>
internal readonly ref struct MessageHeader
{
    internal static ReadOnlySpan<byte> IdField => "X-Load-Id: "u8;

    internal static ReadOnlySpan<byte> SequenceField => "X-Load-Sequence: "u8;

    internal static ReadOnlySpan<byte> ChecksumField => "X-Load-Checksum: "u8;

    internal static ReadOnlySpan<byte> SentField => "X-Load-Sent: "u8;

    internal required ReadOnlySpan<byte> From { get; init; }

    internal required ReadOnlySpan<byte> To { get; init; }

    /// <summary>The complete Date and Subject fields, with their line ends.</summary>
    internal required ReadOnlySpan<byte> FixedFields { get; init; }

    /// <summary>Intended time of sending, microseconds since 1970.</summary>
    internal required long SentMicroseconds { get; init; }

    internal static byte[] CreateFixedFields(DateTimeOffset date, string subject) => Encoding.UTF8.GetBytes(
        $"Date: {date.ToUniversalTime():ddd, dd MMM yyyy HH:mm:ss} +0000\r\nSubject: {subject}\r\n");

    /// <summary>Writes all fields and the empty line; returns the length.</summary>
    internal int Write(Span<byte> destination, LoadId id, ulong checksum)
    {
        int position = Append(destination, 0, "From: <"u8);
        position = Append(destination, position, From);
        position = Append(destination, position, ">\r\nTo: <"u8);
        position = Append(destination, position, To);
        position = Append(destination, position, ">\r\n"u8);
        position = Append(destination, position, FixedFields);
        position = Append(destination, position, "Message-Id: <"u8);
        id.Write(destination[position..]);
        position = Append(destination, position + LoadId.Length, "@load.invalid>\r\n"u8);
        position = Append(destination, position, IdField);
        id.Write(destination[position..]);
        position = Append(destination, position + LoadId.Length, "\r\n"u8);
        position = Append(destination, position, SequenceField);
        Hex.Write(destination[position..], id.Sequence, 8);
        position = Append(destination, position + 8, "\r\n"u8);
        position = Append(destination, position, ChecksumField);
        Hex.Write(destination[position..], checksum, 16);
        position = Append(destination, position + 16, "\r\n"u8);
        position = Append(destination, position, SentField);
        Hex.Write(destination[position..], (ulong)SentMicroseconds, 16);
        return Append(destination, position + 16, "\r\n\r\n"u8);
    }

    private static int Append(Span<byte> destination, int position, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination[position..]);
        return position + text.Length;
    }
}
