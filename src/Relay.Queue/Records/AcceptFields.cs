using Relay.Smtp;

namespace Relay.Queue.Records;

/// <summary>
/// The fixed part of an Accept record's body, 80 octets (docs/queue-format.md). Behind it: the chunk table (u64
/// address, u32 length each), envelope, recipients' states, the parent's outcomes, hold reason, prologue, rest of the
/// content. The content is prologue, chunks, rest, in this order.
/// </summary>
internal struct AcceptFields
{
    public const int Length = 80;
    public const int ChunkLength = sizeof(ulong) + sizeof(uint);

    public long ReceivedMilliseconds;
    public long WireLength;
    public long StuffedDots;

    /// <summary>When to try, in milliseconds since 1970; 0 is at once.</summary>
    public long NextAttemptMilliseconds;
    public int EnvelopeLength;
    public int PrologueLength;
    public int RestLength;
    public int ChunkCount;
    public int StatesLength;
    public int ParentOutcomesLength;
    public ulong Parent;
    public int RecipientCount;
    public int StateCount;
    public int ParentOutcomeCount;
    public int HoldReasonLength;
    public int Attempts;
    public int Unfinished;
    public ContentFlags Content;
    public BodyType Body;
    public DsnReturn Return;
    public bool SmtpUtf8;

    public readonly long BodyLength =>
        (long)Length + ((long)ChunkCount * ChunkLength) + EnvelopeLength + StatesLength + ParentOutcomesLength
        + HoldReasonLength + PrologueLength + RestLength;

    public readonly void Write(ref BodyWriter writer)
    {
        writer.UInt64((ulong)ReceivedMilliseconds);
        writer.UInt64((ulong)WireLength);
        writer.UInt64((ulong)StuffedDots);
        writer.UInt64((ulong)NextAttemptMilliseconds);
        writer.UInt32(EnvelopeLength);
        writer.UInt32(PrologueLength);
        writer.UInt32(RestLength);
        writer.UInt32(ChunkCount);
        writer.UInt32(StatesLength);
        writer.UInt32(ParentOutcomesLength);
        writer.UInt64(Parent);
        writer.UInt16(RecipientCount);
        writer.UInt16(StateCount);
        writer.UInt16(ParentOutcomeCount);
        writer.UInt16(HoldReasonLength);
        writer.UInt16(Attempts);
        writer.UInt16(Unfinished);
        writer.Byte((byte)Content);
        writer.Byte((byte)Body);
        writer.Byte((byte)Return);
        writer.Byte(SmtpUtf8 ? (byte)1 : (byte)0);
    }

    public static AcceptFields Read(ref BodyReader reader) => new()
    {
        ReceivedMilliseconds = (long)reader.UInt64(),
        WireLength = (long)reader.UInt64(),
        StuffedDots = (long)reader.UInt64(),
        NextAttemptMilliseconds = (long)reader.UInt64(),
        EnvelopeLength = reader.Int32(),
        PrologueLength = reader.Int32(),
        RestLength = reader.Int32(),
        ChunkCount = reader.Int32(),
        StatesLength = reader.Int32(),
        ParentOutcomesLength = reader.Int32(),
        Parent = reader.UInt64(),
        RecipientCount = reader.UInt16(),
        StateCount = reader.UInt16(),
        ParentOutcomeCount = reader.UInt16(),
        HoldReasonLength = reader.UInt16(),
        Attempts = reader.UInt16(),
        Unfinished = reader.UInt16(),
        Content = (ContentFlags)reader.Byte(),
        Body = (BodyType)reader.Byte(),
        Return = (DsnReturn)reader.Byte(),
        SmtpUtf8 = (reader.Byte() & 1) != 0,
    };
}
