namespace Relay.Queue.Records;

/// <summary>The flags in the header of an Accept record. Persisted: append only.</summary>
[Flags]
internal enum AcceptFlags : ushort
{
    None = 0,

    /// <summary>Not to be attempted until released.</summary>
    Held = 1,

    /// <summary>Damaged once, kept aside.</summary>
    Quarantined = 2,

    /// <summary>Written again by the cleaner: replaces the older record of the same message.</summary>
    Relocated = 4,

    /// <summary>A notification whose record also changes its parent's recipients.</summary>
    HasParent = 8,
}
