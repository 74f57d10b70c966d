using System.Runtime.InteropServices;

namespace Relay.Queue.Index;

/// <summary>
/// All that RAM knows of one queued message: 52 octets. A plain value inside <see cref="EntrySlots"/>, guarded by its
/// shard's lock; copies are snapshots. Addresses take 48 bits, the rest of their words is used as well.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct IndexEntry
{
    /// <summary>An entry that is in no list of the timing wheel.</summary>
    public const int NotInWheel = int.MinValue;

    /// <summary>More state records than this are not linked: the next one is a full one.</summary>
    public const int StateDepthMax = 15;

    /// <summary>No job of this round asked for a time yet.</summary>
    public const uint NoAttempt = uint.MaxValue;

    private const int AddressBits = 48;
    private const ulong AddressMask = (1UL << AddressBits) - 1;
    private const int FlagsShift = 24;
    private const uint LengthMask = (1U << FlagsShift) - 1;

    public ulong Id;
    private ulong _accept;
    private ulong _state;

    /// <summary>
    /// Ticks of the <see cref="AttemptClock"/>. In the wheel: when it is due. While claimed: the earliest time that a
    /// job of this round asked for, or <see cref="NoAttempt"/>.
    /// </summary>
    public uint NextAttempt;

    public int WheelNext;

    /// <summary>The slot before in the wheel's list, or the complement of the list's number at its head.</summary>
    public int WheelPrevious;

    public uint Tag;
    private uint _lengthAndFlags;
    public ushort Attempts;
    public ushort Unfinished;

    /// <summary>The next slot of the same hash bucket, or of the free list; -1 ends it.</summary>
    public int HashNext;

    public long AcceptAddress
    {
        readonly get => (long)(_accept & AddressMask);
        set => _accept = (_accept & ~AddressMask) | ((ulong)value & AddressMask);
    }

    /// <summary>How many segments before the Accept record's the message's first chunk lies.</summary>
    public int SegmentSpan
    {
        readonly get => (int)(_accept >> AddressBits);
        set => _accept = (_accept & AddressMask) | ((ulong)(ushort)value << AddressBits);
    }

    /// <summary>The newest State record, or 0.</summary>
    public long StateAddress
    {
        readonly get => (long)(_state & AddressMask);
        set => _state = (_state & ~AddressMask) | ((ulong)value & AddressMask);
    }

    /// <summary>Jobs that have not ended.</summary>
    public int Jobs
    {
        readonly get => (int)(_state >> AddressBits);
        set => _state = (_state & AddressMask) | ((ulong)(ushort)value << AddressBits);
    }

    public StoredLength Length
    {
        readonly get => new(_lengthAndFlags & LengthMask);
        set => _lengthAndFlags = (_lengthAndFlags & ~LengthMask) | value.Bits;
    }

    public EntryFlags Flags
    {
        readonly get => (EntryFlags)((_lengthAndFlags >> FlagsShift) & 15);
        set => _lengthAndFlags = (_lengthAndFlags & ~(15U << FlagsShift)) | ((uint)value << FlagsShift);
    }

    /// <summary>State records linked behind the newest; 0 if it is a full one or there is none.</summary>
    public int StateDepth
    {
        readonly get => (int)(_lengthAndFlags >> (FlagsShift + 4));
        set => _lengthAndFlags = (_lengthAndFlags & ~(15U << (FlagsShift + 4))) | ((uint)value << (FlagsShift + 4));
    }

    public readonly QueueEntryState State =>
        (Flags & EntryFlags.Quarantined) != 0 ? QueueEntryState.Quarantined
        : (Flags & EntryFlags.Held) != 0 ? QueueEntryState.Held
        : (Flags & EntryFlags.Claimed) != 0 ? QueueEntryState.Active
        : QueueEntryState.Deferred;

    public readonly bool Has(EntryFlags flags) => (Flags & flags) != 0;

    public void Set(EntryFlags flags, bool on) => Flags = on ? Flags | flags : Flags & ~flags;
}
