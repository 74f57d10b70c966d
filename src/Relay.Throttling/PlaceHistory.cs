namespace Relay.Throttling;

/// <summary>
/// What each place of a <see cref="WindowTable"/> counted in the parts before its current one: six words for a place,
/// by the part's number. 48 octets each.
/// </summary>
/// <remarks>
/// A part is kept before the place's word leaves it, and a kept part is only raised: the one whose change of the word
/// succeeds has kept the last count of the part, and nobody who is late can put a smaller one back.
/// </remarks>
internal sealed class PlaceHistory(int places)
{
    private const int Parts = PlaceCount.Parts;

    private readonly ulong[] _parts = new ulong[places * Parts];

    /// <summary>Keeps the count of the part that the place's word is about to leave.</summary>
    /// <param name="word">The place's word.</param>
    /// <param name="seen">As it was seen.</param>
    /// <param name="epoch">The part's number.</param>
    /// <returns>False if the word has changed.</returns>
    public bool TryKeep(int place, ref ulong word, ulong seen, ulong epoch)
    {
        ref ulong part = ref _parts[(place * Parts) + (int)(epoch % Parts)];
        ulong mine = PlaceCount.Alone(seen);
        while (true)
        {
            ulong kept = Volatile.Read(ref part);
            if (PlaceCount.IsSamePart(kept, mine) && kept >= mine)
            {
                return true;
            }

            // Read after the part: if the word is still what it was, nobody has gone on from here and kept this or a
            // later count, and who does so from now on changes the part first.
            if (Volatile.Read(ref word) != seen)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref part, mine, kept) == kept)
            {
                return true;
            }
        }
    }

    /// <summary>
    /// What the word's tenancy counted in parts older than <paramref name="age"/> that the window still holds. Stands
    /// as long as the place's word does not leave its part.
    /// </summary>
    /// <param name="epoch">The window's last part.</param>
    public ulong Older(int place, ulong word, ulong epoch, ulong age)
    {
        ulong sum = 0;
        foreach (ref ulong part in _parts.AsSpan(place * Parts, Parts))
        {
            // That of the word itself is there already if a thread is about to leave it.
            ulong kept = Volatile.Read(ref part);
            ulong keptAge = PlaceCount.Age(kept, epoch);
            bool counts = PlaceCount.IsSameTenancy(kept, word) && keptAge > age && keptAge < Parts;
            sum += counts ? PlaceCount.Of(kept) : 0;
        }

        return sum;
    }

    /// <summary>The word's count and those before it that the window at <paramref name="epoch"/> holds.</summary>
    public ulong Sum(int place, ulong word, ulong epoch)
    {
        ulong age = PlaceCount.Age(word, epoch);
        if (PlaceCount.IsAhead(age))
        {
            (epoch, age) = (epoch - age, 0);
        }

        ulong older = age < Parts && PlaceCount.HasOlder(word) ? Older(place, word, epoch, age) : 0;
        return age < Parts ? PlaceCount.Of(word) + older : 0;
    }
}
