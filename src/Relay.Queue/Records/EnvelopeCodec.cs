using Relay.Smtp;

namespace Relay.Queue.Records;

/// <summary>
/// The envelope's octets inside an Accept record: five strings with a u16 length each (reverse-path, ENVID, HELO name,
/// client, authenticated identity), then per recipient u16 length of the forward-path, u16 length of ORCPT, u8 NOTIFY
/// and the two strings. Two bits of the NOTIFY octet are not NOTIFY: <see cref="OwnReversePath"/> says that the
/// recipient's own reverse-path follows (u16 length and the octets), <see cref="SameReversePath"/> that it is the one
/// of the recipient before. What has fixed width (BODY, RET, SMTPUTF8, the count) is in the record's fixed part.
/// Behind the last recipient may follow what most envelopes lack: an octet of marks, then what they name. There is one
/// so far, the address that the message came in on: the marks are its uses, u8 its length, then its octets.
/// </summary>
internal static class EnvelopeCodec
{
    private const byte OwnReversePath = 0x80;
    private const byte SameReversePath = 0x40;
    private const ArrivalUses AllUses = ArrivalUses.SourceAddress | ArrivalUses.HelloName;
    private const int ArrivalHeader = 2;
    private const int StringHeader = sizeof(ushort);
    private const int RecipientHeader = (2 * sizeof(ushort)) + 1;

    /// <summary>Octets that <see cref="Write"/> will write.</summary>
    /// <exception cref="ArgumentException">A string or the recipient list is longer than its length field.</exception>
    public static int Measure(Envelope envelope)
    {
        if (envelope.RecipientCount > ushort.MaxValue)
        {
            throw new ArgumentException("Too many recipients.", nameof(envelope));
        }

        int length = MeasureText(envelope.ReversePath) + MeasureText(envelope.EnvelopeId) + MeasureText(envelope.Helo)
            + MeasureText(envelope.Client) + MeasureText(envelope.AuthIdentity);
        for (int i = 0; i < envelope.RecipientCount; i++)
        {
            EnvelopeRecipient recipient = envelope.GetRecipient(i);
            length += MeasureText(recipient.ForwardPath) + MeasureText(recipient.OriginalRecipient)
                + RecipientHeader - (2 * StringHeader);
            if (MarkOf(envelope, i) == OwnReversePath)
            {
                length += MeasureText(recipient.ReversePath);
            }
        }

        return envelope.ArrivalUses == ArrivalUses.None
            ? length
            : length + ArrivalHeader + envelope.ArrivalAddress.Length;
    }

    public static void Write(Envelope envelope, ref BodyWriter writer)
    {
        WriteText(envelope.ReversePath, ref writer);
        WriteText(envelope.EnvelopeId, ref writer);
        WriteText(envelope.Helo, ref writer);
        WriteText(envelope.Client, ref writer);
        WriteText(envelope.AuthIdentity, ref writer);
        for (int i = 0; i < envelope.RecipientCount; i++)
        {
            EnvelopeRecipient recipient = envelope.GetRecipient(i);
            writer.UInt16(recipient.ForwardPath.Length);
            writer.UInt16(recipient.OriginalRecipient.Length);
            byte mark = MarkOf(envelope, i);
            writer.Byte((byte)((byte)recipient.Notify | mark));
            writer.Bytes(recipient.ForwardPath);
            writer.Bytes(recipient.OriginalRecipient);
            if (mark == OwnReversePath)
            {
                WriteText(recipient.ReversePath, ref writer);
            }
        }

        if (envelope.ArrivalUses != ArrivalUses.None)
        {
            writer.Byte((byte)envelope.ArrivalUses);
            writer.Byte((byte)envelope.ArrivalAddress.Length);
            writer.Bytes(envelope.ArrivalAddress);
        }
    }

    /// <summary>Fills an envelope that was reset; false if the octets are not an envelope.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, int recipientCount, Envelope envelope)
    {
        var reader = new BodyReader(octets);
        envelope.SetReversePath(reader.Bytes(reader.UInt16()));
        envelope.SetEnvelopeId(reader.Bytes(reader.UInt16()));
        envelope.SetHelo(reader.Bytes(reader.UInt16()));
        envelope.SetClient(reader.Bytes(reader.UInt16()));
        envelope.SetAuthIdentity(reader.Bytes(reader.UInt16()));
        for (int i = 0; i < recipientCount && !reader.Overrun; i++)
        {
            int forwardPath = reader.UInt16();
            int originalRecipient = reader.UInt16();
            byte marks = reader.Byte();
            var notify = (DsnNotify)(marks & ~(OwnReversePath | SameReversePath));
            ReadOnlySpan<byte> path = reader.Bytes(forwardPath);
            ReadOnlySpan<byte> original = reader.Bytes(originalRecipient);
            if ((marks & OwnReversePath) != 0)
            {
                envelope.AddRecipient(path, original, notify, reader.Bytes(reader.UInt16()));
            }
            else if ((marks & SameReversePath) == 0)
            {
                envelope.AddRecipient(path, original, notify);
            }
            else if (!TryAddAfter(envelope, path, original, notify))
            {
                return false;
            }
        }

        return !reader.Overrun && (reader.IsAtEnd || TryReadArrival(ref reader, envelope));
    }

    /// <summary>Reads what is behind the recipients; false if it is not what this program knows.</summary>
    private static bool TryReadArrival(ref BodyReader reader, Envelope envelope)
    {
        var uses = (ArrivalUses)reader.Byte();
        int length = reader.Byte();
        ReadOnlySpan<byte> address = reader.Bytes(length);
        if (reader.Overrun || !reader.IsAtEnd || uses == ArrivalUses.None || (uses & ~AllUses) != 0
            || length is not (4 or 16))
        {
            return false;
        }

        envelope.SetArrival(address, uses);
        return true;
    }

    /// <summary>Adds a recipient with the own reverse-path of the one before; false if that has none.</summary>
    private static bool TryAddAfter(
        Envelope envelope, ReadOnlySpan<byte> path, ReadOnlySpan<byte> original, DsnNotify notify)
    {
        int before = envelope.RecipientCount - 1;
        if (before < 0 || !envelope.GetRecipient(before).HasOwnReversePath)
        {
            return false;
        }

        envelope.AddRecipient(path, original, notify, envelope.GetRecipient(before).ReversePath);
        return true;
    }

    private static byte MarkOf(Envelope envelope, int ordinal)
    {
        if (!envelope.HasOwnReversePaths)
        {
            return 0;
        }

        EnvelopeRecipient recipient = envelope.GetRecipient(ordinal);
        if (!recipient.HasOwnReversePath)
        {
            return 0;
        }

        EnvelopeRecipient before = ordinal > 0 ? envelope.GetRecipient(ordinal - 1) : default;
        return before.HasOwnReversePath && before.ReversePath.SequenceEqual(recipient.ReversePath)
            ? SameReversePath
            : OwnReversePath;
    }

    private static int MeasureText(ReadOnlySpan<byte> text) =>
        text.Length <= ushort.MaxValue
            ? StringHeader + text.Length
            : throw new ArgumentException("A string of the envelope is longer than 65535 octets.");

    private static void WriteText(ReadOnlySpan<byte> text, ref BodyWriter writer)
    {
        writer.UInt16(text.Length);
        writer.Bytes(text);
    }
}
