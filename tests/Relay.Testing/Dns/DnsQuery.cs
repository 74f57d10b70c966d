using System.Buffers.Binary;
using System.Text;

namespace Relay.Testing.Dns;

/// <summary>A question as a <see cref="ScriptedNameServer"/> got it.</summary>
/// <param name="Number">From 1, in the order of arrival.</param>
/// <param name="Octets">The whole message.</param>
/// <param name="Port">The port that it came from.</param>
public sealed record DnsQuery(int Number, byte[] Octets, bool IsTcp, int Port)
{
    public const int A = 1;
    public const int Ns = 2;
    public const int Cname = 5;
    public const int Soa = 6;
    public const int Ptr = 12;
    public const int Mx = 15;
    public const int Txt = 16;
    public const int Aaaa = 28;
    public const int Tlsa = 52;

    public int Id => BinaryPrimitives.ReadUInt16BigEndian(Octets);

    /// <summary>The name with the case that it came with.</summary>
    public string WireName { get; } = ReadName(Octets);

    public string Name => WireName.ToLowerInvariant();

    public int Type => BinaryPrimitives.ReadUInt16BigEndian(Octets.AsSpan(QuestionEnd - 4));

    public bool HasEdns => Octets[11] > 0;

    /// <summary>E.g. <c>example.test MX</c>.</summary>
    public string Text => $"{Name} {TypeName(Type)}";

    internal int QuestionEnd => 12 + WireName.Length + 2 + 4;

    public static string TypeName(int type) => type switch
    {
        A => "A",
        Aaaa => "AAAA",
        Cname => "CNAME",
        Mx => "MX",
        Ptr => "PTR",
        Txt => "TXT",
        Tlsa => "TLSA",
        _ => $"TYPE{type}",
    };

    private static string ReadName(byte[] octets)
    {
        var name = new StringBuilder();
        for (int at = 12; octets[at] != 0; at += 1 + octets[at])
        {
            name.Append(name.Length > 0 ? "." : string.Empty)
                .Append(Encoding.ASCII.GetString(octets, at + 1, octets[at]));
        }

        return name.ToString();
    }
}
