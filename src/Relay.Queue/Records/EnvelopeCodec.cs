using Relay.Smtp;

namespace Relay.Queue.Records;

/// <summary>
/// The envelope's octets inside an Accept record: five strings with a u16 length each (reverse-path, ENVID, HELO name,
/// client, authenticated identity), then per recipient u16 length of the forward-path, u16 length of ORCPT, u8 NOTIFY
/// and the two strings. What has fixed width (BODY, RET, SMTPUTF8, the count) is in the record's fixed part.
/// </summary>
internal static class EnvelopeCodec
{
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
        }

        return length;
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
            writer.Byte((byte)recipient.Notify);
            writer.Bytes(recipient.ForwardPath);
            writer.Bytes(recipient.OriginalRecipient);
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
            var notify = (DsnNotify)reader.Byte();
            envelope.AddRecipient(reader.Bytes(forwardPath), reader.Bytes(originalRecipient), notify);
        }

        return !reader.Overrun && reader.IsAtEnd;
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
