namespace Relay.Throttling;

/// <summary>One place in a <see cref="DelayQueue"/>; made once by who waits and used again for every wait.</summary>
/// <param name="elapsed">Run on the thread pool when the time has come; must not throw.</param>
public sealed class DelayEntry(Action elapsed) : IThreadPoolWorkItem
{
    /// <summary>Not in a queue.</summary>
    internal const int Nowhere = -1;

    /// <summary>When it is due, in ticks of the queue's clock. The queue's.</summary>
    internal long Due { get; set; }

    /// <summary>Where it is in the queue's heap. The queue's.</summary>
    internal int Position { get; set; } = Nowhere;

    void IThreadPoolWorkItem.Execute() => elapsed();
}
