using System.Buffers;
using System.Net;
using System.Text;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

internal sealed class RecordingIncomingMessage(RecordingQueue queue) : IncomingMessage
{
    private readonly MemoryStream _content = new();

    public override void Begin()
    {
        Throw(queue.BeginError);
        Id = queue.NextId();
        _content.SetLength(0);
    }

    public override ValueTask AppendAsync(ReadOnlySequence<byte> content)
    {
        Throw(queue.AppendError);
        queue.Appends++;
        queue.OctetsAppended += content.Length;
        queue.LargestAppend = Math.Max(queue.LargestAppend, content.Length);
        Keep(content);
        return ValueTask.CompletedTask;
    }

    public override ValueTask AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        Throw(queue.AcceptError);
        return queue.Commits.TryDequeue(out TaskCompletionSource? commit)
            ? WaitAsync(commit.Task, request, rest)
            : Finish(request, rest);
    }

    public override void Abort() => queue.Aborted++;

    public override void Dispose() => _content.Dispose();

    private static void Throw(MailQueueError error)
    {
        if (error != MailQueueError.None)
        {
            throw new MailQueueException(error, "as the test wants it");
        }
    }

    private async ValueTask WaitAsync(Task commit, AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        await commit;
        await Finish(request, rest);
    }

    private ValueTask Finish(AcceptRequest request, ReadOnlySequence<byte> rest)
    {
        Keep(rest);
        queue.OctetsAppended += rest.Length;
        Envelope envelope = request.Envelope;
        var recipients = new List<RecordedRecipient>();
        for (int i = 0; i < envelope.RecipientCount; i++)
        {
            EnvelopeRecipient recipient = envelope.GetRecipient(i);
            recipients.Add(new RecordedRecipient(
                Encoding.UTF8.GetString(recipient.ForwardPath),
                Encoding.UTF8.GetString(recipient.OriginalRecipient),
                recipient.Notify,
                recipient.HasOwnReversePath ? Encoding.UTF8.GetString(recipient.ReversePath) : null));
        }

        queue.Add(new RecordedMessage(
            Id,
            Encoding.UTF8.GetString(envelope.ReversePath),
            recipients,
            Encoding.UTF8.GetString(request.Prologue.Span),
            _content.ToArray(),
            request.Flags,
            request.StuffedDotCount,
            envelope.Body,
            envelope.SmtpUtf8,
            envelope.Return,
            Encoding.UTF8.GetString(envelope.EnvelopeId),
            Encoding.UTF8.GetString(envelope.Helo),
            Encoding.UTF8.GetString(envelope.Client),
            request.Hold ? Encoding.UTF8.GetString(request.HoldReason.Span) : null,
            Encoding.UTF8.GetString(envelope.AuthIdentity))
        {
            ArrivalUses = envelope.ArrivalUses,
            FirstWait = request.FirstWait,
            ArrivalAddress = envelope.ArrivalAddress.IsEmpty ? null : new IPAddress(envelope.ArrivalAddress),
        });
        return ValueTask.CompletedTask;
    }

    private void Keep(ReadOnlySequence<byte> octets)
    {
        if (queue.CountsOnly)
        {
            return;
        }

        foreach (ReadOnlyMemory<byte> segment in octets)
        {
            _content.Write(segment.Span);
        }
    }
}
