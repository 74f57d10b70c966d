using Relay.Queue.Index;
using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>A State record met during recovery. Records older than what the entry knows change nothing.</summary>
internal readonly struct ReplayChange(long address, StateFields fields, uint nextAttempt) : IEntryChange
{
    public bool Apply(ref IndexEntry entry)
    {
        if (address <= entry.StateAddress || address <= entry.AcceptAddress)
        {
            return false;
        }

        entry.StateAddress = address;
        entry.StateDepth = Math.Min(fields.Depth, IndexEntry.StateDepthMax);
        entry.Attempts = (ushort)fields.Attempts;
        entry.Unfinished = (ushort)fields.Unfinished;
        entry.NextAttempt = nextAttempt;
        entry.Set(EntryFlags.Held, (fields.Flags & StateFlags.Held) != 0);
        entry.Set(EntryFlags.Quarantined, (fields.Flags & StateFlags.Quarantined) != 0);
        return true;
    }
}
