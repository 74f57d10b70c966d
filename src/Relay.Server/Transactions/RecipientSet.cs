using Relay.Smtp;

namespace Relay.Server.Transactions;

/// <summary>
/// Finds an envelope's recipients by forward-path and reverse-path of their own. A small envelope is searched from end
/// to end; of a large one an index is kept, for a client may name a list of thousands again and again. Kept with the
/// envelope, emptied with it; allocates for large envelopes only. Not thread-safe.
/// </summary>
internal sealed class RecipientSet
{
    /// <summary>An envelope up to here is searched faster than an index of it is made.</summary>
    public const int SearchedMax = 64;

    // Ordinals plus one; zero is free. The length is a power of two, at least twice what is indexed.
    private int[] _slots = [];
    private int _indexed;

    /// <summary>Whether one of the first <paramref name="count"/> recipients is this one.</summary>
    /// <param name="count">Never less than the call before, until <see cref="Reset"/>.</param>
    /// <param name="reversePath">Null: the message's.</param>
    public bool Contains(Envelope envelope, int count, ReadOnlySpan<byte> path, byte[]? reversePath)
    {
        bool isOwn = reversePath is not null;
        if (count <= SearchedMax)
        {
            for (int i = 0; i < count; i++)
            {
                if (IsSame(envelope.GetRecipient(i), path, reversePath, isOwn))
                {
                    return true;
                }
            }

            return false;
        }

        if (_indexed < count)
        {
            Index(envelope, count);
        }

        return _slots[FindSlot(envelope, path, reversePath, isOwn)] != 0;
    }

    /// <summary>The envelope is empty again.</summary>
    public void Reset()
    {
        _slots = [];
        _indexed = 0;
    }

    private void Index(Envelope envelope, int count)
    {
        if (_slots.Length < count * 2)
        {
            _slots = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count * 4)];
            _indexed = 0;
        }

        for (; _indexed < count; _indexed++)
        {
            EnvelopeRecipient recipient = envelope.GetRecipient(_indexed);
            bool isOwn = recipient.HasOwnReversePath;
            int slot = FindSlot(envelope, recipient.ForwardPath, isOwn ? recipient.ReversePath : default, isOwn);
            if (_slots[slot] == 0)
            {
                _slots[slot] = _indexed + 1;
            }
        }
    }

    /// <summary>The slot of the recipient, or the free one where it belongs.</summary>
    private int FindSlot(Envelope envelope, ReadOnlySpan<byte> path, ReadOnlySpan<byte> reversePath, bool isOwn)
    {
        var hash = default(HashCode); // seeded anew in every process: clients cannot make paths collide
        hash.AddBytes(path);
        hash.Add(isOwn);
        hash.AddBytes(reversePath);
        int mask = _slots.Length - 1;
        int slot = hash.ToHashCode() & mask;
        while (_slots[slot] != 0 && !IsSame(envelope.GetRecipient(_slots[slot] - 1), path, reversePath, isOwn))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private static bool IsSame(
        in EnvelopeRecipient other, ReadOnlySpan<byte> path, ReadOnlySpan<byte> reversePath, bool isOwn) =>
        other.HasOwnReversePath == isOwn
        && other.ForwardPath.SequenceEqual(path)
        && (!isOwn || other.ReversePath.SequenceEqual(reversePath));
}
