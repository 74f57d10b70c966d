using Relay.Queue.Engine;
using Relay.Queue.Journal;

namespace Relay.Queue.Tests;

/// <summary>The engine on the journal in memory, which lives on between two openings here.</summary>
public sealed class MemoryMailQueueTests : MailQueueConformanceTests
{
    private readonly MemoryJournal _journal = new();

    private protected override IMailQueue Open(MailQueueOptions options) => MailQueueOpener.Open(
        (visitor, replayFrom) =>
        {
            _journal.Reopen(visitor, replayFrom);
            return _journal;
        },
        files: null,
        options,
        Time);
}
