using System.Buffers;
using System.Buffers.Text;

namespace Relay.Sasl;

/// <summary>
/// What one line of an exchange says (RFC 4954 §4): base64 with its padding and without white space, which RFC 4648
/// §3.3 forbids. Stateless.
/// </summary>
public static class Base64Line
{
    /// <summary>Longest line of an exchange with its CRLF, the AUTH command among them (RFC 4954 §4).</summary>
    public const int LengthMax = 12288;

    /// <summary>Decodes a line without its CRLF; empty stands for nothing.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> line, out byte[] octets)
    {
        octets = [];
        if (line.IsEmpty)
        {
            return true;
        }

        if ((line.Length & 3) != 0 || line.ContainsAnyInRange((byte)0, (byte)' '))
        {
            return false;
        }

        byte[] buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(line.Length)];
        if (Base64.DecodeFromUtf8(line, buffer, out int consumed, out int written) != OperationStatus.Done
            || consumed != line.Length)
        {
            return false;
        }

        octets = buffer.Length == written ? buffer : buffer[..written];
        return true;
    }

    /// <summary>Encodes octets; nothing stays nothing.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> octets)
    {
        byte[] line = new byte[Base64.GetMaxEncodedToUtf8Length(octets.Length)];
        Base64.EncodeToUtf8(octets, line, out _, out int written);
        return line.Length == written ? line : line[..written];
    }
}
