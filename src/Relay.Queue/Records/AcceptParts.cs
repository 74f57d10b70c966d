namespace Relay.Queue.Records;

/// <summary>The variable parts of an Accept record that can outlive a stack frame, for writing it again.</summary>
internal readonly struct AcceptParts
{
    public readonly AcceptFields Fields;

    /// <param name="body">An Accept record's body, read and verified before.</param>
    public AcceptParts(ReadOnlyMemory<byte> body)
    {
        var reader = new BodyReader(body.Span);
        Fields = AcceptFields.Read(ref reader);
        int position = AcceptFields.Length + (Fields.ChunkCount * AcceptFields.ChunkLength);
        Envelope = body.Slice(position, Fields.EnvelopeLength);
        position += Fields.EnvelopeLength + Fields.StatesLength + Fields.ParentOutcomesLength;
        HoldReason = body.Slice(position, Fields.HoldReasonLength);
        position += Fields.HoldReasonLength;
        Prologue = body.Slice(position, Fields.PrologueLength);
        Rest = body.Slice(position + Fields.PrologueLength, Fields.RestLength);
    }

    public ReadOnlyMemory<byte> Envelope { get; }

    public ReadOnlyMemory<byte> HoldReason { get; }

    public ReadOnlyMemory<byte> Prologue { get; }

    public ReadOnlyMemory<byte> Rest { get; }
}
