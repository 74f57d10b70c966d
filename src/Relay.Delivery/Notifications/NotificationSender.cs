using System.Buffers;
using Relay.Delivery.Attempts;
using Relay.Logging;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Delivery.Notifications;

/// <summary>
/// Queues the notification about an attempt in one record with the new states of the recipients that it speaks of, so
/// that neither a crash nor a retry can lose or double it. Thread-safe.
/// </summary>
internal sealed class NotificationSender(DeliveryContext context)
{
    /// <summary>
    /// Notifies one reverse-path of all its recipients that are due. False if the queue did not take it: nothing has
    /// changed then.
    /// </summary>
    /// <param name="sender">Whose recipients: <see cref="RecipientAttempt.Sender"/>.</param>
    public async ValueTask<bool> TrySendAsync(MessageAttempt attempt, int sender)
    {
        using var envelope = new Envelope();
        try
        {
            using IncomingMessage incoming = context.Queue.CreateIncoming();
            incoming.Begin();
            var writer = new NotificationWriter(context.Options, attempt, sender, context.UtcNow);
            var outcomes = new List<RecipientOutcome>();
            bool isFailure = Gather(attempt, sender, outcomes);
            var content = new ReadOnlySequence<byte>(writer.Write(incoming.Id, isFailure));

            envelope.AddRecipient(attempt.ReversePath(attempt.Recipients[sender]), default, DsnNotify.Never);
            envelope.SmtpUtf8 = writer.IsUtf8;
            envelope.Body = writer.IsEightBit ? BodyType.EightBitMime : BodyType.SevenBit;
            var request = new AcceptRequest(envelope)
            {
                Flags = (writer.IsEightBit ? ContentFlags.EightBit : ContentFlags.None)
                    | (writer.StuffedDotCount > 0 ? ContentFlags.StuffedDots : ContentFlags.None)
                    | (attempt.Message.Flags & ContentFlags.Nul),
                StuffedDotCount = writer.StuffedDotCount,
                Parent = attempt.Id,
                ParentOutcomes = outcomes,
            };
            long size = content.Length - writer.StuffedDotCount;
            while (content.Length > context.Queue.PieceSize)
            {
                await incoming.AppendAsync(content.Slice(0, context.Queue.PieceSize));
                content = content.Slice(context.Queue.PieceSize);
            }

            await incoming.AcceptAsync(request, content);
            Log(attempt, sender, incoming.Id, size);
            return true;
        }
        catch (MailQueueException exception)
        {
            context.LogFailure(attempt.Id, exception);
            return false;
        }
    }

    private static bool Gather(MessageAttempt attempt, int sender, List<RecipientOutcome> outcomes)
    {
        bool isFailure = false;
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (NotificationRules.IsDue(attempt, recipient, sender))
            {
                outcomes.Add(AttemptReporter.OutcomeOf(attempt, recipient));
                isFailure |= recipient.Status != RecipientStatus.Delivered;
            }
        }

        return isFailure;
    }

    private void Log(MessageAttempt attempt, int sender, QueueId id, long size)
    {
        Span<byte> text = stackalloc byte[QueueId.TextLength];
        id.Format(text);
        context.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Accepted,
            QueueId = text,
            HasReversePath = true,
            Recipient = attempt.ReversePath(attempt.Recipients[sender]),
            Peer = "localhost"u8,
            Via = "notification"u8,
            Size = size,
            RecipientCount = 1,
            Delay = TimeSpan.FromTicks(-1),
        });
    }
}
