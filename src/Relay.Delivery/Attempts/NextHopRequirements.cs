using System.Buffers;
using System.Text;
using Relay.Delivery.Client;
using Relay.Queue;
using Relay.Routing.Routes;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Delivery.Attempts;

/// <summary>What a message asks of the next hop that not every one offers: SMTPUTF8, 8BITMIME, its size.</summary>
internal static class NextHopRequirements
{
    private const int HeaderReadLength = 4096;

    /// <summary>
    /// True if the recipients of the next reverse-path may go. Else those that have no outcome are bounced with the
    /// reason.
    /// </summary>
    /// <param name="smtpUtf8">The message is to be declared SMTPUTF8, if the next hop knows it.</param>
    public static bool Check(
        MessageAttempt attempt,
        SmtpClientConnection connection,
        Route route,
        DeliveryOptions options,
        out bool smtpUtf8)
    {
        QueuedMessage message = attempt.Message;
        EhloResponse offer = connection.Offer;
        bool isEightBit = (message.Flags & ContentFlags.EightBit) != 0;
        smtpUtf8 = message.Envelope.SmtpUtf8;
        int sender = attempt.NextSender();
        bool hasUtf8Address = (smtpUtf8 || isEightBit) && HasUtf8Address(attempt, sender);
        smtpUtf8 |= hasUtf8Address;

        if (smtpUtf8 && !offer.Offers(EhloKeywords.SmtpUtf8))
        {
            if (hasUtf8Address || (isEightBit && HasUtf8Header(message)))
            {
                Bounce(attempt, sender, connection, 6, 7, "SMTPUTF8 is required, but was not offered by "u8);
                return false;
            }

            smtpUtf8 = false; // declared, but nothing in it needs the extension (RFC 6531 §3.4)
        }

        if (isEightBit && !offer.Offers(EhloKeywords.EightBitMime)
            && (route.IsMxRoute ? options.BounceEightBitOnMxRoutes : options.BounceEightBitOnOtherRoutes))
        {
            Bounce(attempt, sender, connection, 6, 3, "8BITMIME is required, but was not offered by "u8);
            return false;
        }

        if (offer.SizeLimit > 0 && message.Size > offer.SizeLimit)
        {
            Bounce(attempt, sender, connection, 3, 4, "The message is larger than what is taken by "u8);
            return false;
        }

        return true;
    }

    private static void Bounce(
        MessageAttempt attempt,
        int sender,
        SmtpClientConnection connection,
        ushort subject,
        ushort detail,
        ReadOnlySpan<byte> reason)
    {
        byte[] text = [.. reason, .. connection.Peer];
        attempt.Peer = connection.Peer;
        attempt.FinishSender(
            sender, RecipientStatus.Bounced, 0, new EnhancedStatusCode(5, subject, detail), text);
    }

    private static bool HasUtf8Address(MessageAttempt attempt, int sender)
    {
        if (!Ascii.IsValid(attempt.ReversePath(attempt.Recipients[sender])))
        {
            return true;
        }

        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (recipient.Sender == sender && recipient.Progress == RecipientProgress.Waiting
                && !Ascii.IsValid(attempt.RcptAddress(recipient)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An octet >= 0x80 before the first empty line.</summary>
    private static bool HasUtf8Header(QueuedMessage message)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HeaderReadLength);
        try
        {
            uint last = 0;
            for (long offset = 0; offset < message.WireLength;)
            {
                int length = message.Read(offset, buffer);
                if (length == 0)
                {
                    break;
                }

                foreach (byte octet in buffer.AsSpan(0, length))
                {
                    last = (last << 8) | octet;
                    if (octet >= 0x80)
                    {
                        return true;
                    }

                    if (last == 0x0D0A0D0A)
                    {
                        return false;
                    }
                }

                offset += length;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
