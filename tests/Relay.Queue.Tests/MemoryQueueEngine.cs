using Relay.Queue.Engine;
using Relay.Queue.Journal;

namespace Relay.Queue.Tests;

/// <summary>The engine on the journal in memory, which lives on between two openings here.</summary>
internal sealed class MemoryQueueEngine : QueueEngine
{
    private readonly MemoryJournal _journal = new();

    public override IMailQueue Open(TimeProvider time, long messagesMax) => MailQueueOpener.Open(
        (visitor, replayFrom) =>
        {
            _journal.Reopen(visitor, replayFrom);
            return _journal;
        },
        files: null,
        new MailQueueOptions { MessagesMax = messagesMax, OnIncident = Incidents.Enqueue },
        time);

    public override void Dispose() => _journal.DisposeAsync().AsTask().Wait();
}
