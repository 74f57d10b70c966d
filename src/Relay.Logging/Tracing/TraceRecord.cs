using System.Buffers.Binary;
using System.Numerics;

namespace Relay.Logging.Tracing;

/// <summary>
/// An event as octets: a fixed head, then each text with its length. Texts are cut to what an inquiry needs. Holds its
/// own checksum, so that an octet that another event wrote over shows.
/// </summary>
internal static class TraceRecord
{
    public const int LengthMax = 2048;

    private const int Head = 64;
    private const int TextMax = 500;
    private const int ShortMax = 64;

    public static int Write(Span<byte> destination, scoped in MailEvent mailEvent, DateTimeOffset time)
    {
        destination[..Head].Clear();
        destination[8] = (byte)mailEvent.Kind;
        destination[9] = (byte)mailEvent.Stage;
        destination[10] = mailEvent.HasReversePath ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], mailEvent.RecipientCount);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], time.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], mailEvent.Size);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], mailEvent.Delay.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], mailEvent.AttemptTime.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], mailEvent.Priority);
        int length = Head;
        Text(destination, ref length, mailEvent.QueueId, ShortMax);
        Text(destination, ref length, mailEvent.Original, ShortMax);
        Text(destination, ref length, mailEvent.ReversePath, 256);
        Text(destination, ref length, mailEvent.Recipient, 256);
        Text(destination, ref length, mailEvent.Peer, 256);
        Text(destination, ref length, mailEvent.Helo, 128);
        Text(destination, ref length, mailEvent.Protocol, ShortMax);
        Text(destination, ref length, mailEvent.BodyType, ShortMax);
        Text(destination, ref length, mailEvent.Mailer, ShortMax);
        Text(destination, ref length, mailEvent.Via, 128);
        Text(destination, ref length, mailEvent.MessageId, 256);
        Text(destination, ref length, mailEvent.Reply, TextMax);
        BinaryPrimitives.WriteInt32LittleEndian(destination, length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Checksum(destination[8..length]));
        return length;
    }

    /// <summary>The length of the record that begins here; 0 if none does.</summary>
    public static int LengthOf(ReadOnlySpan<byte> source)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(source);
        return length is >= Head and <= LengthMax ? length : 0;
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote; the event's texts are views. False if octets are another's.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out MailEvent mailEvent, out DateTimeOffset time)
    {
        mailEvent = default;
        time = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Checksum(source[8..]))
        {
            return false;
        }

        mailEvent.Kind = (MailEventKind)source[8];
        mailEvent.Stage = (MailStage)source[9];
        mailEvent.HasReversePath = source[10] != 0;
        mailEvent.RecipientCount = BinaryPrimitives.ReadInt32LittleEndian(source[12..]);
        time = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(source[16..]), TimeSpan.Zero);
        mailEvent.Size = BinaryPrimitives.ReadInt64LittleEndian(source[24..]);
        mailEvent.Delay = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(source[32..]));
        mailEvent.AttemptTime = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(source[40..]));
        mailEvent.Priority = BinaryPrimitives.ReadInt64LittleEndian(source[48..]);
        ReadOnlySpan<byte> rest = source[Head..];
        mailEvent.QueueId = Next(ref rest);
        mailEvent.Original = Next(ref rest);
        mailEvent.ReversePath = Next(ref rest);
        mailEvent.Recipient = Next(ref rest);
        mailEvent.Peer = Next(ref rest);
        mailEvent.Helo = Next(ref rest);
        mailEvent.Protocol = Next(ref rest);
        mailEvent.BodyType = Next(ref rest);
        mailEvent.Mailer = Next(ref rest);
        mailEvent.Via = Next(ref rest);
        mailEvent.MessageId = Next(ref rest);
        mailEvent.Reply = Next(ref rest);
        return true;
    }

    private static void Text(Span<byte> destination, ref int length, scoped ReadOnlySpan<byte> text, int limit)
    {
        text = text[..Math.Min(text.Length, limit)];
        BinaryPrimitives.WriteUInt16LittleEndian(destination[length..], (ushort)text.Length);
        text.CopyTo(destination[(length + 2)..]);
        length += 2 + text.Length;
    }

    private static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> rest)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        ReadOnlySpan<byte> text = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return text;
    }

    private static uint Checksum(ReadOnlySpan<byte> octets)
    {
        uint sum = ~0u;
        while (octets.Length >= 8)
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(octets));
            octets = octets[8..];
        }

        foreach (byte octet in octets)
        {
            sum = BitOperations.Crc32C(sum, octet);
        }

        return sum;
    }
}
