using Relay.Queue.Records;

namespace Relay.Queue.Engine;

/// <summary>
/// The states of messages that changed a moment ago and are about to be asked for again: those with further jobs, and
/// parents of notifications. Saves reading a record that is not on disk yet, which waits for a commit. Bounded; belongs
/// to a stripe and needs its lock.
/// </summary>
internal sealed class RecentStates
{
    private const int CountMax = 64;

    private readonly Dictionary<ulong, Recent> _byId = [];
    private readonly Stack<RecipientStates> _free = new();

    public void Put(ulong id, long stateAddress, RecipientStates states)
    {
        Remove(id);
        if (_byId.Count == CountMax)
        {
            foreach (Recent recent in _byId.Values)
            {
                _free.Push(recent.States);
            }

            _byId.Clear();
        }

        RecipientStates copy = _free.TryPop(out RecipientStates? free) ? free : new RecipientStates();
        copy.CopyFrom(states);
        _byId.Add(id, new Recent(stateAddress, copy));
    }

    /// <summary>False if the states of just this record are not here.</summary>
    public bool TryGet(ulong id, long stateAddress, RecipientStates target)
    {
        if (!_byId.TryGetValue(id, out Recent recent) || recent.StateAddress != stateAddress)
        {
            return false;
        }

        target.CopyFrom(recent.States);
        return true;
    }

    public void Remove(ulong id)
    {
        if (_byId.Count > 0 && _byId.Remove(id, out Recent recent))
        {
            _free.Push(recent.States);
        }
    }

    private readonly record struct Recent(long StateAddress, RecipientStates States);
}
