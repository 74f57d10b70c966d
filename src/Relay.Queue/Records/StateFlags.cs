namespace Relay.Queue.Records;

/// <summary>The flags in the body of a State record. Persisted: append only.</summary>
[Flags]
internal enum StateFlags : byte
{
    None = 0,
    Held = 1,
    Quarantined = 2,

    /// <summary>Complete by itself: recipients that it does not name are pending, whatever older records say.</summary>
    Full = 4,
}
