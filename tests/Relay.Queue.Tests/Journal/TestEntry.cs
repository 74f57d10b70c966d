using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>A body of given octets.</summary>
internal readonly struct TestEntry(byte[] octets) : IJournalEntry
{
    public int BodyLength => octets.Length;

    public void WriteBody(Span<byte> body) => octets.CopyTo(body);
}
