namespace Relay.Delivery.Destinations;

/// <summary>What a worker that asks its destination for work is told.</summary>
internal enum TakeResult : byte
{
    /// <summary>Here is a message.</summary>
    Taken,

    /// <summary>Wait: the next message, or the end, is handed over.</summary>
    Parked,

    /// <summary>No work for this worker: it ends.</summary>
    End,
}
