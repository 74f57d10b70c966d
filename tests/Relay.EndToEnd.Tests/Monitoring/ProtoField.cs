using System.Buffers.Binary;
using System.Text;

namespace Relay.EndToEnd.Tests.Monitoring;

/// <summary>
/// A field of a protobuf message, as the wire format has it: enough to read OTLP by its field numbers.
/// </summary>
internal sealed record ProtoField(int Number, ulong Value, ReadOnlyMemory<byte> Octets)
{
    public string Text => Encoding.UTF8.GetString(Octets.Span);

    public double Double => BitConverter.UInt64BitsToDouble(Value);

    /// <summary>The fields of the message in this field.</summary>
    public IReadOnlyList<ProtoField> Fields => Read(Octets);

    /// <exception cref="InvalidDataException">It is no message.</exception>
    public static IReadOnlyList<ProtoField> Read(ReadOnlyMemory<byte> message)
    {
        var fields = new List<ProtoField>();
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint(message.Span, ref at);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add(new ProtoField(number, Varint(message.Span, ref at), default));
                    break;
                case 1:
                    fields.Add(new ProtoField(
                        number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    int length = checked((int)Varint(message.Span, ref at));
                    fields.Add(new ProtoField(number, 0, message.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add(new ProtoField(
                        number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {key & 7} of field {number}");
            }
        }

        return fields;
    }

    /// <summary>Attributes: <c>KeyValue</c> with a string, bool, int or double.</summary>
    public static Dictionary<string, string> Attributes(IEnumerable<ProtoField> keyValues) => keyValues.ToDictionary(
        static pair => pair.Fields.Single(static f => f.Number == 1).Text,
        static pair => Any(pair.Fields.Single(static f => f.Number == 2).Fields.Single()),
        StringComparer.Ordinal);

    private static string Any(ProtoField value) => value.Number switch
    {
        1 => value.Text,
        2 => value.Value != 0 ? "true" : "false",
        3 => ((long)value.Value).ToString(System.Globalization.CultureInfo.InvariantCulture),
        4 => value.Double.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new InvalidDataException($"a value of kind {value.Number}"),
    };

    private static ulong Varint(ReadOnlySpan<byte> octets, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte octet = octets[at++];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }
    }
}
