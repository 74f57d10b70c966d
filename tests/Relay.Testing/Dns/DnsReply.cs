using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Relay.Testing.Dns;

/// <summary>Makes a response, right unless told otherwise. Names are not compressed unless given as octets.</summary>
public sealed class DnsReply(DnsQuery query)
{
    private readonly List<byte> _records = [];
    private readonly int[] _counts = new int[3];

    /// <summary>QR, RD, RA.</summary>
    public int Flags { get; set; } = 0x8180;

    public int Id { get; set; } = query.Id;

    public int Questions { get; set; } = 1;

    /// <summary>The name in the question section; null for what was asked.</summary>
    public string? Question { get; set; }

    public static byte[] NameOf(string name)
    {
        var wire = new List<byte>();
        foreach (string label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            wire.Add((byte)label.Length);
            wire.AddRange(Encoding.ASCII.GetBytes(label));
        }

        wire.Add(0);
        return [.. wire];
    }

    public static byte[] MxOf(int preference, string host) =>
        [(byte)(preference >> 8), (byte)preference, .. NameOf(host)];

    public static byte[] TextOf(params string[] strings) =>
        [.. strings.SelectMany(static s => Encoding.ASCII.GetBytes(s).Prepend((byte)s.Length))];

    public DnsReply Code(int code)
    {
        Flags = (Flags & ~0xF) | code;
        return this;
    }

    public DnsReply With(int flags)
    {
        Flags |= flags;
        return this;
    }

    public DnsReply Without(int flags)
    {
        Flags &= ~flags;
        return this;
    }

    public DnsReply Answer(int type, byte[] data, uint ttl = 300) => Answer(query.WireName, type, data, ttl);

    public DnsReply Answer(string owner, int type, byte[] data, uint ttl = 300) => Add(0, owner, type, data, ttl);

    public DnsReply Address(string address, uint ttl = 300)
    {
        byte[] octets = IPAddress.Parse(address).GetAddressBytes();
        return Answer(octets.Length == 4 ? DnsQuery.A : DnsQuery.Aaaa, octets, ttl);
    }

    public DnsReply Soa(string zone, uint ttl, uint minimum)
    {
        byte[] numbers = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(16), minimum);
        return Add(1, zone, DnsQuery.Soa, [.. NameOf("ns." + zone), .. NameOf("admin." + zone), .. numbers], ttl);
    }

    public DnsReply Authority(string owner, int type, byte[] data, uint ttl = 300) => Add(1, owner, type, data, ttl);

    public DnsReply Additional(string owner, int type, byte[] data, uint ttl = 300) => Add(2, owner, type, data, ttl);

    public byte[] ToArray()
    {
        byte[] header = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)Id);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)Questions);
        for (int i = 0; i < 3; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6 + (2 * i)), (ushort)_counts[i]);
        }

        byte[] question =
        [
            .. NameOf(Question ?? query.WireName), .. query.Octets.AsSpan(query.QuestionEnd - 4, 4),
        ];
        return [.. header, .. Questions == 0 ? [] : question, .. _records];
    }

    private DnsReply Add(int section, string owner, int type, byte[] data, uint ttl)
    {
        byte[] fields = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(fields, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(fields.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(fields.AsSpan(4), ttl);
        BinaryPrimitives.WriteUInt16BigEndian(fields.AsSpan(8), (ushort)data.Length);
        _records.AddRange([.. NameOf(owner), .. fields, .. data]);
        _counts[section]++;
        return this;
    }
}
