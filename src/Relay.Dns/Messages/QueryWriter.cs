using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Relay.Dns.Messages;

/// <summary>
/// Writes questions: recursion desired, AD set to be told of authentic answers (RFC 6840 §5.7), EDNS0 (RFC 6891). The
/// id and the case of every letter of the name (draft-vixie-dnsext-dns0x20) are random: who did not see the question
/// cannot answer it.
/// </summary>
internal static class QueryWriter
{
    /// <summary>Header, name, type and class, OPT record.</summary>
    public const int LengthMax = HeaderLength + WireName.LengthMax + 4 + OptLength;

    public const int HeaderLength = 12;

    /// <summary>Fits every path's MTU, as agreed upon by the makers of name servers in 2020.</summary>
    public const int UdpLengthMax = 1232;

    private const int OptLength = 11;
    private const ushort Flags = 0x0120;
    private const ushort ClassIn = 1;
    private const ushort TypeOpt = 41;

    /// <param name="name">In wire form.</param>
    /// <returns>The length of the question.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> name, DnsRecordType type, bool edns)
    {
        destination[..HeaderLength].Clear();
        RandomNumberGenerator.Fill(destination[..2]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Flags);
        destination[5] = 1; // one question
        destination[11] = edns ? (byte)1 : (byte)0; // one additional record
        name.CopyTo(destination[HeaderLength..]);
        RandomizeCase(destination.Slice(HeaderLength, name.Length));
        int length = HeaderLength + name.Length;
        BinaryPrimitives.WriteUInt16BigEndian(destination[length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 2)..], ClassIn);
        length += 4;
        if (edns)
        {
            Span<byte> opt = destination.Slice(length, OptLength);
            opt.Clear(); // root owner, extended code 0, version 0, no flags, no options
            BinaryPrimitives.WriteUInt16BigEndian(opt[1..], TypeOpt);
            BinaryPrimitives.WriteUInt16BigEndian(opt[3..], UdpLengthMax);
            length += OptLength;
        }

        return length;
    }

    private static void RandomizeCase(Span<byte> name)
    {
        Span<byte> bits = stackalloc byte[(WireName.LengthMax + 7) / 8];
        RandomNumberGenerator.Fill(bits);
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] is >= (byte)'a' and <= (byte)'z' && (bits[i >> 3] & (1 << (i & 7))) != 0)
            {
                name[i] ^= 0x20;
            }
        }
    }
}
