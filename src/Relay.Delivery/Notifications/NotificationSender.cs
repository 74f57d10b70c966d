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
    /// Notifies of all recipients for whom <see cref="NotificationRules.IsDue"/>. False if the queue did not take it:
    /// nothing has changed then.
    /// </summary>
    public async ValueTask<bool> TrySendAsync(MessageAttempt attempt)
    {
        using var envelope = new Envelope();
        try
        {
            using IncomingMessage incoming = context.Queue.CreateIncoming();
            incoming.Begin();
            var writer = new NotificationWriter(context.Options, attempt, context.UtcNow);
            var outcomes = new List<RecipientOutcome>();
            bool isFailure = Gather(attempt, outcomes);
            var content = new ReadOnlySequence<byte>(writer.Write(incoming.Id, isFailure));

            envelope.AddRecipient(attempt.Message.Envelope.ReversePath, default, DsnNotify.Never);
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
            Log(attempt, incoming.Id, size);
            return true;
        }
        catch (MailQueueException exception)
        {
            context.LogFailure(attempt.Id, exception);
            return false;
        }
    }

    private static bool Gather(MessageAttempt attempt, List<RecipientOutcome> outcomes)
    {
        bool isFailure = false;
        foreach (ref RecipientAttempt recipient in attempt.Recipients)
        {
            if (NotificationRules.IsDue(attempt, recipient))
            {
                outcomes.Add(AttemptReporter.OutcomeOf(attempt, recipient));
                isFailure |= recipient.Status != RecipientStatus.Delivered;
            }
        }

        return isFailure;
    }

    private void Log(MessageAttempt attempt, QueueId id, long size)
    {
        Span<byte> text = stackalloc byte[QueueId.TextLength];
        id.Format(text);
        context.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Accepted,
            QueueId = text,
            HasReversePath = true,
            Recipient = attempt.Message.Envelope.ReversePath,
            Peer = "localhost"u8,
            Via = "notification"u8,
            Size = size,
            RecipientCount = 1,
            Delay = TimeSpan.FromTicks(-1),
        });
    }
}
