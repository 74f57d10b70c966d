using Relay.Dns.Messages;
using Relay.Testing.Dns;

namespace Relay.Dns.Tests.Messages;

/// <summary>Questions (RFC 1035 §4.1, RFC 6891 §6.1, RFC 6840 §5.7).</summary>
public sealed class QueryWriterTests
{
    [Fact]
    public void Id_and_case_differ_from_question_to_question()
    {
        DnsQuery[] queries =
            [.. Enumerable.Range(0, 64).Select(_ => Write("a-long-name-with-letters.test", edns: true))];
        Assert.InRange(queries.Select(static q => q.Id).Distinct().Count(), 60, 64);
        Assert.InRange(queries.Select(static q => q.WireName).Distinct().Count(), 60, 64);
        Assert.All(queries, static q => Assert.Equal("a-long-name-with-letters.test", q.Name));
    }

    [Fact]
    public void Recursion_and_word_of_authenticity_are_asked_for()
    {
        byte[] octets = Write("example.test", edns: true).Octets;
        Assert.Equal([0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1], octets[2..12]);
    }

    [Fact]
    public void Edns_tells_a_payload_of_1232_octets()
    {
        Assert.Equal([0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0], Write("example.test", edns: true).Octets[^11..]);
        DnsQuery plain = Write("example.test", edns: false);
        Assert.False(plain.HasEdns);
        Assert.Equal([0, 15, 0, 1], plain.Octets[^4..]);
    }

    private static DnsQuery Write(string text, bool edns)
    {
        byte[] name = new byte[WireName.LengthMax];
        Assert.True(WireName.TryEncode(text, name, out int length));
        byte[] query = new byte[QueryWriter.LengthMax];
        int written = QueryWriter.Write(query, name.AsSpan(0, length), DnsRecordType.Mx, edns);
        return new DnsQuery(1, query[..written], IsTcp: false, Port: 0);
    }
}
