namespace Relay.Queue.Records;

/// <summary>
/// The fixed part of a State record's body, 24 octets; behind it one <see cref="OutcomeCodec"/> entry per recipient
/// that it speaks of. Unless it is a full one it adds to the previous State record, the first of them to the states in
/// the Accept record.
/// </summary>
internal struct StateFields
{
    public const int Length = 24;

    /// <summary>The State record that this one adds to, or 0.</summary>
    public long Previous;

    /// <summary>When to try, in milliseconds since 1970; 0 is at once.</summary>
    public long NextAttemptMilliseconds;
    public int Attempts;
    public int Unfinished;
    public int OutcomeCount;

    /// <summary>How many records are linked behind this one.</summary>
    public int Depth;
    public StateFlags Flags;

    public readonly void Write(ref BodyWriter writer)
    {
        writer.UInt64((ulong)Previous);
        writer.UInt64((ulong)NextAttemptMilliseconds);
        writer.UInt16(Attempts);
        writer.UInt16(Unfinished);
        writer.UInt16(OutcomeCount);
        writer.Byte((byte)Depth);
        writer.Byte((byte)Flags);
    }

    public static StateFields Read(ref BodyReader reader) => new()
    {
        Previous = (long)reader.UInt64(),
        NextAttemptMilliseconds = (long)reader.UInt64(),
        Attempts = reader.UInt16(),
        Unfinished = reader.UInt16(),
        OutcomeCount = reader.UInt16(),
        Depth = reader.Byte(),
        Flags = (StateFlags)reader.Byte(),
    };
}
