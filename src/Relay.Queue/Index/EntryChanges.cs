namespace Relay.Queue.Index;

/// <summary>The changes that a message goes through; each says what the entry must fulfil.</summary>
internal static class EntryChanges
{
    /// <summary>The consumer made jobs of a message.</summary>
    internal readonly struct Assign(int jobs, uint tag) : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (!entry.Has(EntryFlags.Claimed))
            {
                entry.NextAttempt = IndexEntry.NoAttempt;
            }

            entry.Set(EntryFlags.Claimed, true);
            entry.Jobs = jobs;
            entry.Tag = tag;
            return true;
        }
    }

    /// <summary>The consumer wants to end one more job of a message that is under way.</summary>
    internal readonly struct AddJob : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (!entry.Has(EntryFlags.Claimed) || entry.Jobs is 0 or ushort.MaxValue)
            {
                return false;
            }

            entry.Jobs++;
            return true;
        }
    }

    /// <summary>The newest state of the recipients lies elsewhere now.</summary>
    internal readonly struct SetState(long address, int depth, int unfinished) : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            entry.StateAddress = address;
            entry.StateDepth = depth;
            entry.Unfinished = (ushort)unfinished;
            return true;
        }
    }

    /// <summary>The newest state moved without a change, if it is still the one that moved.</summary>
    internal readonly struct MoveState(long from, long to) : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (entry.StateAddress != from)
            {
                return false;
            }

            entry.StateAddress = to;
            return true;
        }
    }

    /// <summary>How far the message reaches back, known once the log's segment size is.</summary>
    internal readonly struct SetSegmentSpan(long acceptAddress, int span) : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (entry.AcceptAddress != acceptAddress)
            {
                return false;
            }

            entry.SegmentSpan = span;
            return true;
        }
    }

    /// <summary>The whole message moved.</summary>
    internal readonly struct Relocate(long acceptAddress, int segmentSpan, StoredLength length) : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            entry.AcceptAddress = acceptAddress;
            entry.SegmentSpan = segmentSpan;
            entry.Length = length;
            entry.StateAddress = 0;
            entry.StateDepth = 0;
            return true;
        }
    }

    /// <summary>One job ended; with the last, the message waits for the earliest time that a job asked for.</summary>
    /// <param name="next">When this job wants the next attempt, or <see cref="IndexEntry.NoAttempt"/>.</param>
    /// <param name="fallback">When to try if no job of the round wanted a time.</param>
    internal readonly struct EndJob(uint next, uint fallback, bool attempted) : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (!entry.Has(EntryFlags.Claimed))
            {
                return false;
            }

            entry.NextAttempt = Math.Min(entry.NextAttempt, next);
            entry.Set(EntryFlags.Attempted, attempted || entry.Has(EntryFlags.Attempted));
            if (entry.Jobs > 1)
            {
                entry.Jobs--;
                return true;
            }

            entry.Jobs = 0;
            if (entry.NextAttempt == IndexEntry.NoAttempt)
            {
                entry.NextAttempt = fallback;
            }

            if (entry.Has(EntryFlags.Attempted) && entry.Attempts < ushort.MaxValue)
            {
                entry.Attempts++;
            }

            entry.Set(EntryFlags.Claimed | EntryFlags.Attempted, false);
            return true;
        }
    }

    internal readonly struct Hold : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            entry.Set(EntryFlags.Held, true);
            return true;
        }
    }

    internal readonly struct Quarantine : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (entry.Has(EntryFlags.Quarantined))
            {
                return false;
            }

            entry.Set(EntryFlags.Quarantined, true);
            return true;
        }
    }

    /// <summary>Held or quarantined no longer: due at once, unless its jobs still run.</summary>
    internal readonly struct Release : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (!entry.Has(EntryFlags.Held | EntryFlags.Quarantined))
            {
                return false;
            }

            entry.Set(EntryFlags.Held | EntryFlags.Quarantined, false);
            if (!entry.Has(EntryFlags.Claimed))
            {
                entry.NextAttempt = 0;
            }

            return true;
        }
    }

    /// <summary>A deferred message is handed to the consumer before its time.</summary>
    internal readonly struct Claim : IEntryChange
    {
        public bool Apply(ref IndexEntry entry)
        {
            if (entry.State != QueueEntryState.Deferred)
            {
                return false;
            }

            entry.Set(EntryFlags.Claimed, true);
            entry.NextAttempt = IndexEntry.NoAttempt;
            return true;
        }
    }
}
