namespace Relay.Queue.Index;

/// <summary>
/// What an <see cref="IndexEntry"/> is doing. In RAM only; the upper four bits count linked state records.
/// </summary>
[Flags]
internal enum EntryFlags : byte
{
    None = 0,
    Held = 1,
    Quarantined = 2,

    /// <summary>Handed to the consumer, whose jobs have not all ended yet.</summary>
    Claimed = 4,

    /// <summary>A job of the present round made an attempt.</summary>
    Attempted = 8,
}
