using Relay.Queue.Journal;

namespace Relay.Queue.Records;

/// <summary>A body that was encoded before: small records that are kept until they are durable.</summary>
internal readonly struct BytesEntry(ReadOnlyMemory<byte> body) : IJournalEntry
{
    public int BodyLength => body.Length;

    public void WriteBody(Span<byte> target) => body.Span.CopyTo(target);
}
