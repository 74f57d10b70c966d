using System.Buffers;
using Relay.Queue.Journal;
using Relay.Smtp;

namespace Relay.Queue.Records;

/// <summary>
/// The parts of an Accept record before it is written, gathered by an incoming message or the cleaner. Reused; one
/// owner at a time. What it refers to must stay unchanged until the append is over.
/// </summary>
internal sealed class AcceptDraft
{
    public AcceptFields Fields;

    public List<ChunkPlace> Chunks { get; } = [];

    /// <summary>The envelope, or null if <see cref="EnvelopeOctets"/> has it encoded.</summary>
    public Envelope? Envelope { get; set; }

    public ReadOnlyMemory<byte> EnvelopeOctets { get; set; }

    public ReadOnlyMemory<byte> States { get; set; }

    public ReadOnlyMemory<byte> ParentOutcomes { get; set; }

    public ReadOnlyMemory<byte> HoldReason { get; set; }

    public ReadOnlyMemory<byte> Prologue { get; set; }

    public ReadOnlySequence<byte> Rest { get; set; }

    /// <summary>Octets of content in the chunks so far.</summary>
    public long ChunkedLength { get; private set; }

    public void AddChunk(ChunkPlace place)
    {
        Chunks.Add(place);
        ChunkedLength += place.Length;
    }

    /// <summary>Sets every length and count from the parts and returns the body's length.</summary>
    public long Measure()
    {
        Fields.EnvelopeLength = Envelope is null ? EnvelopeOctets.Length : EnvelopeCodec.Measure(Envelope);
        Fields.ChunkCount = Chunks.Count;
        Fields.StatesLength = States.Length;
        Fields.ParentOutcomesLength = ParentOutcomes.Length;
        Fields.HoldReasonLength = HoldReason.Length;
        Fields.PrologueLength = Prologue.Length;
        Fields.RestLength = checked((int)Rest.Length);
        Fields.WireLength = Prologue.Length + ChunkedLength + Rest.Length;
        return Fields.BodyLength;
    }

    public void Reset()
    {
        Fields = default;
        Chunks.Clear();
        ChunkedLength = 0;
        Envelope = null;
        EnvelopeOctets = States = ParentOutcomes = HoldReason = Prologue = default;
        Rest = default;
    }

    /// <summary>The draft as the journal wants it. <see cref="Measure"/> must have been called.</summary>
    internal readonly struct Entry(AcceptDraft draft) : IJournalEntry
    {
        public int BodyLength => (int)draft.Fields.BodyLength;

        public void WriteBody(Span<byte> body)
        {
            var writer = new BodyWriter(body);
            draft.Fields.Write(ref writer);
            foreach (ChunkPlace chunk in draft.Chunks)
            {
                chunk.Write(ref writer);
            }

            if (draft.Envelope is { } envelope)
            {
                EnvelopeCodec.Write(envelope, ref writer);
            }
            else
            {
                writer.Bytes(draft.EnvelopeOctets.Span);
            }

            writer.Bytes(draft.States.Span);
            writer.Bytes(draft.ParentOutcomes.Span);
            writer.Bytes(draft.HoldReason.Span);
            writer.Bytes(draft.Prologue.Span);
            draft.Rest.CopyTo(writer.Skip(draft.Fields.RestLength));
        }
    }
}
