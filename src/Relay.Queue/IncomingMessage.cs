using System.Buffers;

namespace Relay.Queue;

/// <summary>
/// One message on its way in. A session makes one (<see cref="IMailQueue.CreateIncoming"/>) and uses it again for every
/// message: <see cref="Begin"/>, <see cref="AppendAsync"/> any number of times, then <see cref="AcceptAsync"/> or
/// <see cref="Abort"/>. One caller at a time. Content is in wire form: CRLF line ends, dot-stuffed, without the final
/// CRLF.CRLF's last dot line, always ending in CRLF (or empty).
/// </summary>
public abstract class IncomingMessage : IDisposable
{
    /// <summary>The id given by <see cref="Begin"/>.</summary>
    public QueueId Id { get; protected set; }

    /// <summary>Starts a message and gives it its <see cref="Id"/>; drops whatever was begun before.</summary>
    /// <exception cref="MailQueueException">No space, failed or stopping.</exception>
    public abstract void Begin();

    /// <summary>
    /// Appends a piece of the content, copying it. The caller passes at least <see cref="IMailQueue.PieceSize"/> octets
    /// per call where it can; smaller messages go with <see cref="AcceptAsync"/> alone.
    /// </summary>
    /// <exception cref="MailQueueException">No space, failed or stopping; the message is aborted.</exception>
    public abstract ValueTask AppendAsync(ReadOnlySequence<byte> content);

    /// <summary>
    /// Appends the rest of the content and the envelope; completes when all of it is durable. The envelope and
    /// <paramref name="rest"/> must stay unchanged until then. After an exception the message does not exist.
    /// </summary>
    /// <exception cref="MailQueueException">Not durable; the client must get a 4xx.</exception>
    public abstract ValueTask AcceptAsync(AcceptRequest request, ReadOnlySequence<byte> rest);

    /// <summary>Drops what was appended; what it took is reclaimed later. Safe to call at any time.</summary>
    public abstract void Abort();

    public abstract void Dispose();
}
