using FsCheck;
using FsCheck.Fluent;
using Relay.Dns.Messages;
using Relay.Testing.Dns;

namespace Relay.Dns.Tests.Messages;

/// <summary>
/// The decoder never throws and always ends, whatever comes; a failure prints the seed that repeats it.
/// </summary>
public sealed class DecoderFuzzTests
{
    private static readonly DnsRecordType[] _types =
    [
        DnsRecordType.A, DnsRecordType.Aaaa, DnsRecordType.Mx, DnsRecordType.Ptr, DnsRecordType.Txt, DnsRecordType.Tlsa,
        DnsRecordType.Cname,
    ];

    [Fact]
    public void Random_octets_behind_a_fitting_header_do_no_harm()
    {
        Gen<byte> octet = Gen.Frequency(
            (4, Gen.Elements<byte>(0, 1, 2, 3, 12, 0xC0, 0xC1, 0xFF)),
            (1, Gen.Choose(0, 255).Select(static value => (byte)value)));
        Gen<byte[]> octets = Gen.Choose(0, 600).SelectMany(length => octet.ArrayOf(length));
        ForAll(octets, 5_000, static tail =>
        {
            foreach (DnsRecordType type in _types)
            {
                DnsQuery query = ResponseReaderTests.Query(type);
                byte[] reply = new DnsReply(query).ToArray();
                if (tail.Length > 3)
                {
                    reply[7] = tail[0];
                    reply[9] = tail[1];
                    reply[11] = tail[2];
                    reply[3] = (byte)(0x80 | (tail[3] & 3));
                }

                Check(query, [.. reply, .. tail]);
            }
        });
    }

    [Fact]
    public void Mutated_responses_do_no_harm()
    {
        Gen<(int, int)[]> changes = Gen.Choose(0, 2_000)
            .SelectMany(static place => Gen.Choose(0, 511).Select(value => (place, value)))
            .ArrayOf(6);
        ForAll(changes, 5_000, static edits =>
        {
            foreach (DnsRecordType type in _types)
            {
                DnsQuery query = ResponseReaderTests.Query(type);
                byte[] reply = Whole(query, type);
                foreach ((int place, int value) in edits)
                {
                    int at = 2 + (place % (reply.Length - 2));
                    reply = value switch
                    {
                        < 256 => [.. reply[..at], (byte)value, .. reply[(at + 1)..]],
                        < 320 => [.. reply[..at], 0xC0, (byte)(value % reply.Length), .. reply[at..]],
                        < 384 => reply[..at],
                        < 448 => [.. reply[..at], .. reply[(at + 1)..]],
                        _ => [.. reply[..at], .. reply[2..]],
                    };
                    reply = reply.Length < 12 ? Whole(query, type) : reply[..Math.Min(reply.Length, 4000)];
                }

                Check(query, reply);
            }
        });
    }

    [Fact]
    public void Names_read_out_of_random_octets_are_names()
    {
        Gen<byte> octet = Gen.Frequency(
            (3, Gen.Elements<byte>(0, 1, 2, 5, 63, 0xC0)),
            (1, Gen.Choose(0, 255).Select(static value => (byte)value)));
        Gen<byte[]> octets = Gen.Choose(1, 300).SelectMany(length => octet.ArrayOf(length));
        ForAll(octets, 20_000, static message =>
        {
            byte[] name = new byte[WireName.LengthMax];
            for (int offset = 0; offset < message.Length; offset += 7)
            {
                if (WireName.TryRead(message, offset, name, out int length, out int next))
                {
                    byte[] again = new byte[WireName.LengthMax];
                    Assert.InRange(next, offset + 1, message.Length);
                    Assert.True(WireName.TryEncode(WireName.ToText(name.AsSpan(0, length)), again, out int same));
                    Assert.Equal(name[..length], again[..same]);
                }
            }
        });
    }

    [Fact]
    public void Any_text_is_a_name_or_is_not()
    {
        Gen<char> character = Gen.Frequency(
            (6, Gen.Elements("abZ019-_.\\".ToCharArray())), (1, Gen.Choose(0, 0xFFFF).Select(static c => (char)c)));
        Gen<char[]> text = Gen.Choose(0, 400).SelectMany(length => character.ArrayOf(length));
        ForAll(text, 10_000, static characters =>
        {
            byte[] name = new byte[WireName.LengthMax];
            if (WireName.TryEncode(characters, name, out int length))
            {
                byte[] read = new byte[WireName.LengthMax];
                Assert.True(WireName.TryRead(name.AsSpan(0, length), 0, read, out int same, out _));
                Assert.Equal(length, same);
            }
        });
    }

    private static byte[] Whole(DnsQuery query, DnsRecordType type)
    {
        byte[] data = type switch
        {
            DnsRecordType.A => [192, 0, 2, 1],
            DnsRecordType.Aaaa => new byte[16],
            DnsRecordType.Mx => DnsReply.MxOf(10, "mx.example.test"),
            DnsRecordType.Txt => DnsReply.TextOf("one", "two"),
            DnsRecordType.Tlsa => [3, 1, 1, 7],
            _ => DnsReply.NameOf("target.test"),
        };
        return new DnsReply(query).Answer(DnsQuery.Cname, DnsReply.NameOf("b.test"))
            .Answer("b.test", (int)type, data).Answer((int)type, data).Soa("example.test", 60, 60)
            .Additional("ns.test", DnsQuery.A, [192, 0, 2, 2]).ToArray();
    }

    private static void Check(DnsQuery query, byte[] reply)
    {
        foreach (bool overTcp in (bool[])[false, true])
        {
            Response response = ResponseReaderTests.Read(query, reply, overTcp);
            Assert.InRange(response.Hops, 0, ResponseReader.HopsMax);
            bool says = response.Answer is not null || response.Next is not null;
            Assert.Equal(response.Kind == ResponseKind.Answer, says);
        }
    }

    private static void ForAll<T>(Gen<T> gen, int cases, Action<T> property) =>
        Prop.ForAll(gen.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(cases));
}
