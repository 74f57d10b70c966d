namespace Relay.Queue.Records;

/// <summary>A view of an Accept record's body; dies with its buffer.</summary>
internal readonly ref struct AcceptRecord
{
    /// <summary>The fixed part; a field, because it is large and read in place.</summary>
    public readonly AcceptFields Fields;

    private AcceptRecord(AcceptFields fields, ReadOnlySpan<byte> variable)
    {
        var reader = new BodyReader(variable);
        Fields = fields;
        Chunks = reader.Bytes(fields.ChunkCount * AcceptFields.ChunkLength);
        Envelope = reader.Bytes(fields.EnvelopeLength);
        States = reader.Bytes(fields.StatesLength);
        ParentOutcomes = reader.Bytes(fields.ParentOutcomesLength);
        HoldReason = reader.Bytes(fields.HoldReasonLength);
        Prologue = reader.Bytes(fields.PrologueLength);
        Rest = reader.Bytes(fields.RestLength);
    }

    /// <summary>The chunk table; see <see cref="GetChunk"/>.</summary>
    public ReadOnlySpan<byte> Chunks { get; }

    public ReadOnlySpan<byte> Envelope { get; }

    public ReadOnlySpan<byte> States { get; }

    public ReadOnlySpan<byte> ParentOutcomes { get; }

    public ReadOnlySpan<byte> HoldReason { get; }

    public ReadOnlySpan<byte> Prologue { get; }

    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>False if the octets are not of this form, though their checksum is right.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out AcceptRecord record)
    {
        var reader = new BodyReader(body);
        AcceptFields fields = AcceptFields.Read(ref reader);
        if (reader.Overrun || fields.ChunkCount < 0 || fields.BodyLength != body.Length)
        {
            record = default;
            return false;
        }

        record = new AcceptRecord(fields, body[AcceptFields.Length..]);
        return IsSound(record);
    }

    // The sum of the lengths is right; none of them may be negative either.
    private static bool IsSound(in AcceptRecord record) =>
        record.Envelope.Length == record.Fields.EnvelopeLength
        && record.States.Length == record.Fields.StatesLength
        && record.ParentOutcomes.Length == record.Fields.ParentOutcomesLength
        && record.Prologue.Length == record.Fields.PrologueLength
        && record.Rest.Length == record.Fields.RestLength;

    public ChunkPlace GetChunk(int number) => ChunkPlace.Read(Chunks, number);

    /// <summary>The lowest address that the message needs.</summary>
    public long LowestAddress(long acceptAddress)
    {
        for (int i = 0; i < Fields.ChunkCount; i++)
        {
            acceptAddress = Math.Min(acceptAddress, GetChunk(i).Address);
        }

        return acceptAddress;
    }
}
