using System.Buffers;
using System.Text;
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
    /// <summary>What an envelope holds; a list that is longer hears of it in part.</summary>
    private const int AddresseesMax = ushort.MaxValue;

    /// <summary>
    /// Notifies one reverse-path, or the administrator, of all its recipients for which that kind is due.
    /// </summary>
    /// <param name="sender">Whose recipients: <see cref="RecipientAttempt.Sender"/>.</param>
    public async ValueTask<NotificationResult> TrySendAsync(
        MessageAttempt attempt, NotificationKind kind, int sender, NotificationOptions options)
    {
        var subject = new NotificationSubject(attempt, kind, sender, options, attempt.GetLife(context.Life));
        NotificationResult result;
        try
        {
            byte[] to = kind == NotificationKind.DoubleBounce
                ? Encoding.UTF8.GetBytes(options.DoubleBounceAddress)
                : subject.ReversePath.ToArray();
            result = await SendAsync(subject, to, Gather(subject), isCopy: false);
        }
        catch (OperationCanceledException)
        {
            return NotificationResult.Failed; // the stop: the attempt after the next start tells it
        }
        catch (Exception exception) when (exception is MailQueueException or IOException)
        {
            context.LogFailure(attempt.Id, exception);
            return NotificationResult.Failed;
        }

        if (kind == NotificationKind.Failure && options.PostmasterCopy.Length > 0)
        {
            await TryCopyAsync(subject, Encoding.UTF8.GetBytes(options.PostmasterCopy));
        }

        return result;
    }

    /// <summary>A courtesy: what happens to it does not matter to the message.</summary>
    private async ValueTask TryCopyAsync(NotificationSubject subject, byte[] to)
    {
        try
        {
            await SendAsync(subject, to, [], isCopy: true);
        }
        catch (Exception exception) when (
            exception is MailQueueException or IOException or OperationCanceledException)
        {
            context.LogFailure(subject.Attempt.Id, exception);
        }
    }

    /// <exception cref="MailQueueException">The queue takes nothing.</exception>
    /// <exception cref="IOException">The addressee cannot be resolved for now.</exception>
    private async ValueTask<NotificationResult> SendAsync(
        NotificationSubject subject, byte[] to, List<RecipientOutcome> outcomes, bool isCopy)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> addressees = await context.Addressees.ResolveAsync(to, context.Stopping);
        if (addressees.Count == 0)
        {
            return NotificationResult.Dropped;
        }

        using var envelope = new Envelope();
        using IncomingMessage incoming = context.Queue.CreateIncoming();
        incoming.Begin();
        var writer = new NotificationWriter(subject, context.Options.HostName, context.UtcNow, isCopy);
        var content = new ReadOnlySequence<byte>(writer.Write(incoming.Id, to));
        foreach (ReadOnlyMemory<byte> recipient in addressees.Take(AddresseesMax))
        {
            envelope.AddRecipient(recipient.Span, default, DsnNotify.Never);
            envelope.SmtpUtf8 |= !Ascii.IsValid(recipient.Span);
        }

        envelope.SmtpUtf8 |= writer.IsUtf8;
        envelope.Body = writer.IsEightBit ? BodyType.EightBitMime : BodyType.SevenBit;
        if (isCopy || subject.Kind == NotificationKind.DoubleBounce)
        {
            DoubleBounce.Set(envelope);
        }

        var request = new AcceptRequest(envelope)
        {
            Flags = (writer.IsEightBit ? ContentFlags.EightBit : ContentFlags.None)
                | (writer.StuffedDotCount > 0 ? ContentFlags.StuffedDots : ContentFlags.None)
                | (subject.Message.Flags & ContentFlags.Nul),
            StuffedDotCount = writer.StuffedDotCount,
            Parent = outcomes.Count > 0 ? subject.Attempt.Id : default,
            ParentOutcomes = outcomes,
        };
        long size = content.Length - writer.StuffedDotCount;
        while (content.Length > context.Queue.PieceSize)
        {
            await incoming.AppendAsync(content.Slice(0, context.Queue.PieceSize));
            content = content.Slice(context.Queue.PieceSize);
        }

        await incoming.AcceptAsync(request, content);
        Log(subject, incoming.Id, to, size);
        return NotificationResult.Sent;
    }

    private static List<RecipientOutcome> Gather(NotificationSubject subject)
    {
        var outcomes = new List<RecipientOutcome>();
        foreach (ref RecipientAttempt recipient in subject.Attempt.Recipients)
        {
            if (subject.Includes(recipient))
            {
                outcomes.Add(AttemptReporter.OutcomeOf(subject.Attempt, recipient));
            }
        }

        return outcomes;
    }

    private void Log(NotificationSubject subject, QueueId id, ReadOnlySpan<byte> to, long size)
    {
        Span<byte> text = stackalloc byte[QueueId.TextLength];
        id.Format(text);
        Span<byte> original = stackalloc byte[QueueId.TextLength];
        subject.Attempt.Id.Format(original);
        context.Log.Write(new MailEvent
        {
            Kind = MailEventKind.Accepted,
            QueueId = text,
            Original = original,
            Reply = Reason(subject.Kind),
            HasReversePath = true,
            Recipient = to,
            Peer = "localhost"u8,
            Via = "notification"u8,
            Size = size,
            RecipientCount = 1,
            Delay = TimeSpan.FromTicks(-1),
        });
    }

    /// <summary>In the words of Sendmail's log.</summary>
    private static ReadOnlySpan<byte> Reason(NotificationKind kind) => kind switch
    {
        NotificationKind.Delay => "Warning: could not send message"u8,
        NotificationKind.Success => "Return receipt"u8,
        _ => "Unable to deliver mail"u8,
    };
}
