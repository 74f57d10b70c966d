namespace Relay.Queue.Index;

/// <summary>One kind of change to an index entry: a small struct, so that the shard's lock runs no delegate.</summary>
internal interface IEntryChange
{
    /// <summary>Alters the entry under its shard's lock; false if the entry's state does not allow it.</summary>
    bool Apply(ref IndexEntry entry);
}
