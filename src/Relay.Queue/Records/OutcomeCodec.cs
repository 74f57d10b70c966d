using Relay.Smtp.Replies;

namespace Relay.Queue.Records;

/// <summary>
/// One recipient's state on disk: u16 ordinal, u8 status, u8 class, u16 subject, u16 detail of the enhanced status
/// code, u16 reply code, u8 length of the reply's text, the text (at most 200 octets). Bit 7 of the class octet is not
/// the class's: the sender was told of the delay. A program of before that bit carries it on unseen.
/// </summary>
internal static class OutcomeCodec
{
    public const int HeaderLength = 11;

    /// <summary>Octets of a reply's text that are kept.</summary>
    public const int ReplyLengthMax = 200;

    private const byte DelayNotified = 0x80;

    public static int Measure(int replyLength) => HeaderLength + Math.Min(replyLength, ReplyLengthMax);

    public static int Measure(IReadOnlyList<RecipientOutcome> outcomes)
    {
        int length = 0;
        for (int i = 0; i < outcomes.Count; i++)
        {
            length += Measure(outcomes[i].Reply.Length);
        }

        return length;
    }

    public static void Write(
        int ordinal, RecipientStatus status, int replyCode, EnhancedStatusCode code, bool delayNotified,
        ReadOnlySpan<byte> reply, ref BodyWriter writer)
    {
        reply = reply[..Math.Min(reply.Length, ReplyLengthMax)];
        writer.UInt16(ordinal);
        writer.Byte((byte)status);
        writer.Byte(delayNotified ? (byte)(code.Class | DelayNotified) : code.Class);
        writer.UInt16(code.Subject);
        writer.UInt16(code.Detail);
        writer.UInt16(replyCode);
        writer.Byte((byte)reply.Length);
        writer.Bytes(reply);
    }

    public static void Write(in RecipientOutcome outcome, ref BodyWriter writer) => Write(
        outcome.Ordinal,
        outcome.Status,
        outcome.ReplyCode,
        outcome.EnhancedCode,
        outcome.DelayNotified,
        outcome.Reply.Span,
        ref writer);

    public static OutcomeView Read(ref BodyReader reader)
    {
        int ordinal = reader.UInt16();
        var status = (RecipientStatus)reader.Byte();
        byte mark = reader.Byte();
        var code = new EnhancedStatusCode(
            (byte)(mark & ~DelayNotified), (ushort)reader.UInt16(), (ushort)reader.UInt16());
        int replyCode = reader.UInt16();
        return new OutcomeView(
            ordinal, status, replyCode, code, (mark & DelayNotified) != 0, reader.Bytes(reader.Byte()));
    }
}
