using System.Buffers;
using System.Buffers.Text;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Client;

/// <summary>
/// Writes MAIL and RCPT with the parameters that the server offers to take. Stateless; allocates nothing.
/// </summary>
internal static class CommandWriter
{
    private const int NumberLengthMax = 20;

    /// <summary>
    /// MAIL FROM (RFC 5321 §4.1.1.2) with SIZE, BODY, SMTPUTF8, RET and ENVID as far as offered. RET and ENVID were
    /// asked for by the envelope's reverse-path; a list's owner did not ask (RFC 3461 §5.2.7.3).
    /// </summary>
    /// <param name="recipient">A recipient of the transaction: its reverse-path is the transaction's.</param>
    /// <param name="isEightBit">An octet >= 0x80 was seen in the content.</param>
    public static void WriteMail(
        IBufferWriter<byte> output,
        Envelope envelope,
        in EnvelopeRecipient recipient,
        in EhloResponse offer,
        long size,
        bool isEightBit,
        bool smtpUtf8)
    {
        output.Write("MAIL FROM:<"u8);
        output.Write(recipient.ReversePath);
        output.Write(">"u8);
        if (offer.Offers(EhloKeywords.Size))
        {
            output.Write(" SIZE="u8);
            Utf8Formatter.TryFormat(size, output.GetSpan(NumberLengthMax), out int length);
            output.Advance(length);
        }

        if (offer.Offers(EhloKeywords.EightBitMime) && (isEightBit || envelope.Body == BodyType.EightBitMime))
        {
            output.Write(" BODY=8BITMIME"u8);
        }

        if (smtpUtf8 && offer.Offers(EhloKeywords.SmtpUtf8))
        {
            output.Write(" SMTPUTF8"u8);
        }

        if (offer.Offers(EhloKeywords.Dsn) && !recipient.HasOwnReversePath)
        {
            if (envelope.Return != DsnReturn.Unspecified)
            {
                output.Write(envelope.Return == DsnReturn.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
            }

            if (!envelope.EnvelopeId.IsEmpty)
            {
                output.Write(" ENVID="u8);
                output.Write(envelope.EnvelopeId);
            }
        }

        output.Write("\r\n"u8);
    }

    /// <summary>RCPT TO (RFC 5321 §4.1.1.3) with NOTIFY and ORCPT if DSN is offered.</summary>
    public static void WriteRcpt(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> mailbox,
        in EnvelopeRecipient recipient,
        in EhloResponse offer)
    {
        output.Write("RCPT TO:<"u8);
        output.Write(mailbox);
        output.Write(">"u8);
        if (offer.Offers(EhloKeywords.Dsn))
        {
            WriteNotify(output, recipient.Notify);
            if (!recipient.OriginalRecipient.IsEmpty)
            {
                output.Write(" ORCPT="u8);
                output.Write(recipient.OriginalRecipient);
            }
        }

        output.Write("\r\n"u8);
    }

    private static void WriteNotify(IBufferWriter<byte> output, DsnNotify notify)
    {
        if (notify == DsnNotify.Unspecified)
        {
            return;
        }

        output.Write(" NOTIFY="u8);
        if (notify == DsnNotify.Never)
        {
            output.Write("NEVER"u8);
            return;
        }

        bool first = true;
        Write(DsnNotify.Success, "SUCCESS"u8);
        Write(DsnNotify.Failure, "FAILURE"u8);
        Write(DsnNotify.Delay, "DELAY"u8);

        void Write(DsnNotify value, ReadOnlySpan<byte> word)
        {
            if ((notify & value) != 0)
            {
                output.Write(first ? default : ","u8);
                output.Write(word);
                first = false;
            }
        }
    }
}
