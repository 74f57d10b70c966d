using System.Collections.Concurrent;
using Relay.Smtp;

namespace Relay.Queue.Tests;

/// <summary>Notes every message that becomes ready, and lets a test wait for the next one.</summary>
internal sealed class RecordingConsumer : IQueueConsumer
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly BlockingCollection<ReadyMessage> _ready = [];

    public int Count => _ready.Count;

    public void Ready(QueueId id, uint tag, Envelope? envelope) =>
        _ready.Add(new ReadyMessage(id, tag, envelope?.RecipientCount ?? -1));

    public ReadyMessage Next() =>
        _ready.TryTake(out ReadyMessage message, Deadline)
            ? message
            : throw new TimeoutException("No message became ready.");

    public bool TryNext(out ReadyMessage message) => _ready.TryTake(out message);

    /// <param name="EnvelopeRecipients">Recipients of the envelope that came along, or -1.</param>
    internal readonly record struct ReadyMessage(QueueId Id, uint Tag, int EnvelopeRecipients);
}
