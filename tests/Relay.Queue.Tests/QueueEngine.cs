using System.Collections.Concurrent;

namespace Relay.Queue.Tests;

/// <summary>One of the queues that the conformance suites run on.</summary>
internal abstract class QueueEngine : IDisposable
{
    public const long MessagesMax = 1_000_000;

    /// <summary>What one opening accepted, the next finds.</summary>
    public virtual bool IsPersistent => true;

    /// <summary>What the queues reported.</summary>
    public ConcurrentQueue<MailQueueIncident> Incidents { get; } = new();

    public abstract IMailQueue Open(TimeProvider time, long messagesMax);

    public abstract void Dispose();
}
