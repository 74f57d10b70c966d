using System.Numerics;
using System.Runtime.Intrinsics;

namespace Relay.Throttling;

/// <summary>
/// The word that counts in one place of a <see cref="WindowTable"/>: the place's tenancy (lower 16 bits), the count of
/// one part of ten seconds (24 bits; more stay 16,777,215), that part's number (20 bits of it, 121 days), and how much
/// was counted in the parts before it (upper 4 bits: 0 for nothing, else its length in bits, at most 15).
/// </summary>
internal static class PlaceCount
{
    /// <summary>Parts that make up the window, the current one included.</summary>
    public const int Parts = 6;

    /// <summary>The activity of a place that has a name and does not count yet: more than any other's.</summary>
    public const uint NotCountingYet = uint.MaxValue;

    public const ulong TenancyMask = (1UL << CountShift) - 1;

    private const int CountShift = 16;
    private const int CountBits = 24;
    private const int EpochShift = CountShift + CountBits;
    private const int EpochBits = 20;
    private const int OlderShift = EpochShift + EpochBits;
    private const ulong CountMask = (1UL << CountBits) - 1;
    private const ulong EpochMask = (1UL << EpochBits) - 1;
    private const ulong OlderMax = (1UL << (64 - OlderShift)) - 1;

    // Parts by which a thread may be late; what seems further ahead is old.
    private const ulong LateMax = 64;

    public static ulong Of(ulong word) => (word >> CountShift) & CountMask;

    /// <summary>Whether the word counts for the tenancy of the name.</summary>
    public static bool IsCounting(ulong word, ulong name) =>
        ((word ^ name) & TenancyMask) == 0 && (word & (CountMask << CountShift)) != 0;

    /// <summary>The word of a tenancy that is over.</summary>
    public static ulong Ended(ulong name) => name & TenancyMask;

    /// <summary>The word under a name that does not count yet.</summary>
    public static ulong EndedBefore(ulong name) => (name - 1) & TenancyMask;

    /// <summary>The first of a part.</summary>
    /// <param name="older">What was counted in the parts before it.</param>
    public static ulong First(ulong name, ulong epoch, ulong older) =>
        (Math.Min((ulong)(64 - BitOperations.LeadingZeroCount(older)), OlderMax) << OlderShift)
        | ((epoch & EpochMask) << EpochShift) | (1UL << CountShift) | (name & TenancyMask);

    public static ulong OneMore(ulong word) => Of(word) == CountMask ? word : word + (1UL << CountShift);

    /// <summary>Whether anything was counted in the parts before.</summary>
    public static bool HasOlder(ulong word) => word >> OlderShift != 0;

    /// <summary>How many parts ago the word's was; see <see cref="IsAhead"/>.</summary>
    public static ulong Age(ulong word, ulong epoch) => (epoch - (word >> EpochShift)) & EpochMask;

    /// <summary>Whether the age says that the part has not begun yet, for a thread that is late.</summary>
    public static bool IsAhead(ulong age) => age > EpochMask - LateMax;

    /// <summary>Counts within the window: exactly in the last part, those before it to a factor of two.</summary>
    /// <returns><see cref="NotCountingYet"/> for a place that has a name and does not count yet.</returns>
    public static uint Activity(ulong word, ulong name, ulong epoch)
    {
        if (((word ^ name) & TenancyMask) != 0)
        {
            return NotCountingYet;
        }

        bool idle = Age(word, epoch) - Parts <= EpochMask - LateMax - Parts;
        return idle ? 0 : (uint)Of(word) + ((1u << (int)(word >> OlderShift)) >> 1);
    }

    /// <summary>Whether any of the words says that something was counted in the parts before.</summary>
    public static bool AnyHasOlder(Vector256<ulong> words) => (words >> OlderShift) != Vector256<ulong>.Zero;

    /// <summary>The activity of several places, of which none has counted in the parts before its last.</summary>
    public static Vector256<ulong> Activity(Vector256<ulong> words, Vector256<ulong> names, ulong epoch)
    {
        Vector256<ulong> ages = (Vector256.Create(epoch) - (words >> EpochShift)) & Vector256.Create(EpochMask);
        var isIdle = Vector256.GreaterThanOrEqual(ages.AsInt64(), Vector256.Create((long)Parts))
            & Vector256.LessThanOrEqual(ages.AsInt64(), Vector256.Create((long)(EpochMask - LateMax)));
        Vector256<ulong> counts = (words >> CountShift) & Vector256.Create(CountMask) & ~isIdle.AsUInt64();
        var isCounting = Vector256.Equals((words ^ names) & Vector256.Create(TenancyMask), Vector256<ulong>.Zero);
        return Vector256.ConditionalSelect(isCounting, counts, Vector256.Create((ulong)NotCountingYet));
    }

    /// <summary>The word without what it says of the parts before, as it is kept.</summary>
    public static ulong Alone(ulong word) => word & ((1UL << OlderShift) - 1);

    /// <summary>Whether both are of one tenancy.</summary>
    public static bool IsSameTenancy(ulong word, ulong other) => ((word ^ other) & TenancyMask) == 0;

    /// <summary>Whether both are of one tenancy and one part.</summary>
    public static bool IsSamePart(ulong word, ulong other) =>
        ((word ^ other) & (TenancyMask | (EpochMask << EpochShift))) == 0;
}
