using System.Diagnostics;
using System.Text;

namespace Relay.LoadGenerator.Messages;

/// <summary>
/// The body of a generated message as a function of its id and size; nothing is stored. It is made of blocks of
/// <see cref="BlockSize"/> octets (the last one shorter, or one octet longer). Each block begins with a line that
/// starts with a dot (so that transparency, RFC 5321 §4.5.2, is always under test) and holds the id and the block's
/// number (so that no part of one message equals the same part of another); text lines of 78 columns follow.
/// Sizes count decoded octets; 0 and everything from 2 on is possible.
/// </summary>
internal static class MessageBody
{
    internal const int BlockSize = 4096;
    internal const int BlockSizeMax = BlockSize + 1;
    private const int StampSize = 96;
    private const int LineSize = 80;
    private const int VariantCount = 16;
    private static readonly byte[][] Texts = CreateTexts(eightBit: false);
    private static readonly Lazy<byte[][]> EightBitTexts = new(() => CreateTexts(eightBit: true));

    /// <summary>The nearest size a body can have: one octet cannot end with CRLF.</summary>
    internal static long Normalize(long size) => size == 1 ? 2 : size;

    internal static int BlockCount(long size)
    {
        // A remainder of one octet cannot end with CRLF by itself: it joins the block before.
        long rest = size % BlockSize;
        return (int)(size / BlockSize) + (rest > 1 ? 1 : 0);
    }

    internal static int BlockLength(long size, int block)
    {
        return (int)(block == BlockCount(size) - 1 ? size - ((long)block * BlockSize) : BlockSize);
    }

    /// <summary>Whether the block begins with a dot, which DATA doubles.</summary>
    internal static bool IsStuffed(long size, int block) => BlockLength(size, block) > 2;

    /// <summary>Writes the block in decoded form; returns its length.</summary>
    internal static int WriteBlock(Span<byte> destination, LoadId id, long size, int block, bool eightBit)
    {
        int length = BlockLength(size, block);
        Span<byte> target = destination[..length];
        ReadOnlySpan<byte> text = (eightBit ? EightBitTexts.Value : Texts)[(id.Sequence + (uint)block) % VariantCount];
        if (length <= StampSize)
        {
            Span<byte> stamp = stackalloc byte[StampSize];
            WriteStamp(stamp, id, block);
            stamp[..length].CopyTo(target);
        }
        else
        {
            WriteStamp(target, id, block);
            text[..(length - StampSize)].CopyTo(target[StampSize..]);
        }

        EndWithLine(target);
        return length;
    }

    /// <summary>The checksum the receiver must find over the decoded body.</summary>
    internal static ulong Checksum(LoadId id, long size, bool eightBit)
    {
        var checksum = default(BodyChecksum);
        Span<byte> scratch = stackalloc byte[BlockSizeMax];
        int count = BlockCount(size);
        for (int block = 0; block < count; block++)
        {
            int length = WriteBlock(scratch, id, size, block, eightBit);
            checksum.Append(scratch[..length]);
        }

        return checksum.Finish();
    }

    private static void WriteStamp(Span<byte> destination, LoadId id, int block)
    {
        destination[0] = (byte)'.';
        id.Write(destination[1..]);
        destination[18] = (byte)' ';
        Hex.Write(destination[19..], (uint)block, 8);
        destination[27] = (byte)' ';
        destination[28..(StampSize - 2)].Fill((byte)'-');
        "\r\n"u8.CopyTo(destination[(StampSize - 2)..]);
    }

    // The cut may fall anywhere in a line; a CR left behind by it must not stay bare.
    private static void EndWithLine(Span<byte> block)
    {
        Debug.Assert(block.Length >= 2);
        if (block.Length > 2 && block[^3] == (byte)'\r')
        {
            block[^3] = (byte)'x';
        }

        "\r\n"u8.CopyTo(block[^2..]);
    }

    private static byte[][] CreateTexts(bool eightBit)
    {
        string[] words = ["relay", "queue", "durable", "accept", "deliver", "commit", "segment", "reply", "envelope",
            "mailbox", "octet", "stream", "window", "journal", "retry", "bounce", "domain", "forward", "reverse"];
        string[] eightBitWords = ["größe", "naïve", "日本語", "żółć", "señal", "почта"];
        var texts = new byte[VariantCount][];
        var random = new Random(20_250_521);
        for (int variant = 0; variant < VariantCount; variant++)
        {
            byte[] text = new byte[(BlockSize - StampSize) + LineSize];
            for (int line = 0; line < text.Length / LineSize; line++)
            {
                Span<byte> target = text.AsSpan(line * LineSize, LineSize);
                target.Fill((byte)'~');
                int position = Encoding.ASCII.GetBytes($"{variant:x}{line:d2}", target);
                while (true)
                {
                    string[] source = eightBit && random.Next(4) == 0 ? eightBitWords : words;
                    byte[] word = Encoding.UTF8.GetBytes(' ' + source[random.Next(source.Length)]);
                    if (position + word.Length > LineSize - 2)
                    {
                        break;
                    }

                    word.CopyTo(target[position..]);
                    position += word.Length;
                }

                "\r\n"u8.CopyTo(target[(LineSize - 2)..]);
            }

            texts[variant] = text;
        }

        return texts;
    }
}
