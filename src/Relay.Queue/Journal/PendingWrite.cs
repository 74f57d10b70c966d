using FASTER.core;

namespace Relay.Queue.Journal;

/// <summary>
/// A write that FASTER asked for: page memory to a place in a segment; valid until its callback is called.
/// </summary>
internal readonly record struct PendingWrite(
    IntPtr Source,
    int Segment,
    long Offset,
    int Length,
    DeviceIOCompletionCallback Callback,
    object Context);
