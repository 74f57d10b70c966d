using System.Text;
using Relay.Logging;
using Relay.Queue;

namespace Relay.Host.Admin;

/// <summary>What an administrator does to the queue, with a line in the log for each. Thread-safe.</summary>
internal sealed class QueueActions(IMailQueue queue, QueueFlush flush, IMailLog log)
{
    /// <summary>False if there is no such message.</summary>
    public bool Hold(QueueId id) => Tell(id, MailEventKind.Held, queue.Hold(id), "held by an administrator");

    public bool Release(QueueId id) =>
        Tell(id, MailEventKind.Released, queue.Release(id), "released by an administrator");

    public bool Delete(QueueId id) => Tell(id, MailEventKind.Deleted, queue.Delete(id), "deleted by an administrator");

    /// <summary>Attempts one deferred message now.</summary>
    public bool Attempt(QueueId id) => queue.Expedite(id);

    /// <summary>Attempts deferred mail now; see <see cref="QueueFlush.RunAsync"/>.</summary>
    public Task<long> FlushAsync(string? destination, CancellationToken cancellation) =>
        flush.RunAsync(destination, cancellation);

    private bool Tell(QueueId id, MailEventKind kind, bool done, string text)
    {
        if (done)
        {
            Span<byte> printed = stackalloc byte[QueueId.TextLength];
            id.Format(printed);
            log.Write(new MailEvent
            {
                Kind = kind,
                QueueId = printed,
                Reply = Encoding.ASCII.GetBytes(text),
                Delay = Timeout.InfiniteTimeSpan,
            });
        }

        return done;
    }
}
