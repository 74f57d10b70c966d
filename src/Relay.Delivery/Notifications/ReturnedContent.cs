using System.Buffers;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Delivery.Notifications;

/// <summary>
/// What of the message goes back with its notification: all of it or its header section (RFC 3461 §4.3).
/// </summary>
internal readonly struct ReturnedContent
{
    private const int PieceLength = 16 * 1024;
    private const long HeadersLengthMax = 64 * 1024;

    private readonly long _length;

    private ReturnedContent(bool isWhole, long length, bool isEightBit, bool hasUtf8Header)
    {
        IsWhole = isWhole;
        _length = length;
        IsEightBit = isEightBit;
        HasUtf8Header = hasUtf8Header;
    }

    public bool IsWhole { get; }

    public bool IsEightBit { get; }

    /// <summary>An octet >= 0x80 is in the header section.</summary>
    public bool HasUtf8Header { get; }

    public static ReturnedContent Choose(QueuedMessage message, DsnReturn asked, NotificationOptions options)
    {
        long max = asked switch
        {
            DsnReturn.Headers => -1,
            DsnReturn.Full => options.ReturnedFullMax,
            _ => options.ReturnedContentMax,
        };
        bool isEightBit = (message.Flags & ContentFlags.EightBit) != 0;
        bool isWhole = message.WireLength <= max;
        bool isUtf8 = false;
        long length = isWhole && !isEightBit ? 0 : MeasureHeaders(message, out isUtf8);
        return isWhole
            ? new ReturnedContent(true, message.WireLength, isEightBit, isUtf8)
            : new ReturnedContent(false, length, isUtf8, isUtf8);
    }

    /// <summary>Copies it in wire form; the number of stuffed dots in it.</summary>
    public long CopyTo(QueuedMessage message, IBufferWriter<byte> output)
    {
        long dots = 0;
        uint last = 0x0D0A; // the part begins on a fresh line
        for (long offset = 0; offset < _length;)
        {
            Span<byte> span = output.GetSpan(PieceLength)[..(int)Math.Min(PieceLength, _length - offset)];
            int length = message.Read(offset, span);
            if (length == 0)
            {
                break;
            }

            foreach (byte octet in span[..length])
            {
                dots += octet == (byte)'.' && (last & 0xFFFF) == 0x0D0A ? 1 : 0;
                last = (last << 8) | octet;
            }

            output.Advance(length);
            offset += length;
        }

        return dots;
    }

    /// <summary>
    /// The header section with its last CRLF, without the empty line, at most the whole lines that fit.
    /// </summary>
    private static long MeasureHeaders(QueuedMessage message, out bool isEightBit)
    {
        isEightBit = false;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            uint last = 0x0D0A;
            long lineEnd = 0;
            for (long offset = 0; offset < Math.Min(message.WireLength, HeadersLengthMax);)
            {
                int length = message.Read(offset, buffer);
                for (int i = 0; i < length; i++)
                {
                    last = (last << 8) | buffer[i];
                    isEightBit |= buffer[i] >= 0x80;
                    if (last == 0x0D0A0D0A)
                    {
                        return lineEnd;
                    }

                    lineEnd = (last & 0xFFFF) == 0x0D0A ? offset + i + 1 : lineEnd;
                }

                offset += Math.Max(1, length);
            }

            return lineEnd;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
