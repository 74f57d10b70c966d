using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Relay.Throttling;

/// <summary>
/// Looks at the eight names and eight counts of a set of <see cref="WindowTable"/> at once. Each word is read whole and
/// once (they are aligned, and vector loads are atomic by such elements), but not all at one moment; whoever acts on what
/// was seen does so by compare-and-swap.
/// </summary>
internal static class PlaceSet
{
    public const int Ways = 8;

    private const int Lanes = 4;
    private const int WayBits = 3;

    /// <summary>Which ways have the name, whatever their tenancy: a bit for each.</summary>
    public static uint Find(ReadOnlySpan<ulong> words, ulong name)
    {
        var wanted = Vector256.Create(name);
        var mask = Vector256.Create(~PlaceCount.TenancyMask);
        uint low = Vector256.Equals(Load(words, 0) & mask, wanted).ExtractMostSignificantBits();
        uint high = Vector256.Equals(Load(words, Lanes) & mask, wanted).ExtractMostSignificantBits();
        return low | (high << Lanes);
    }

    /// <summary>The first of the least active places of those that are not named without counting yet.</summary>
    /// <param name="activity">Of that place, as it was seen.</param>
    /// <returns>The way, or -1 if there is no such place.</returns>
    public static int LeastActive(ReadOnlySpan<ulong> words, ulong epoch, out uint activity)
    {
        Vector256<ulong> low = Load(words, Ways);
        Vector256<ulong> high = Load(words, Ways + Lanes);
        if (PlaceCount.AnyHasOlder(low | high))
        {
            return LeastActiveOneByOne(words, epoch, out activity);
        }

        Vector256<long> first = (Activity(low, Load(words, 0), epoch) << WayBits) | Vector256.Create(0, 1, 2, 3);
        Vector256<long> second = (Activity(high, Load(words, Lanes), epoch) << WayBits) | Vector256.Create(4, 5, 6, 7);
        var least = Vector256.Min(first, second);
        var pair = Vector128.Min(least.GetLower(), least.GetUpper());
        long chosen = Math.Min(pair[0], pair[1]);
        activity = (uint)(chosen >> WayBits);
        return activity == PlaceCount.NotCountingYet ? -1 : (int)chosen & (Ways - 1);
    }

    private static Vector256<long> Activity(Vector256<ulong> counts, Vector256<ulong> names, ulong epoch) =>
        PlaceCount.Activity(counts, names, epoch).AsInt64();

    private static int LeastActiveOneByOne(ReadOnlySpan<ulong> words, ulong epoch, out uint activity)
    {
        int best = -1;
        activity = PlaceCount.NotCountingYet;
        for (int way = 0; way < Ways && activity > 0; way++)
        {
            uint other = PlaceCount.Activity(words[Ways + way], words[way], epoch);
            if (other < activity)
            {
                (best, activity) = (way, other);
            }
        }

        return best;
    }

    private static Vector256<ulong> Load(ReadOnlySpan<ulong> words, int from) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(words), (nuint)from);
}
