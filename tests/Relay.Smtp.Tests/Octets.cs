using System.Text;

namespace Relay.Smtp.Tests;

/// <summary>
/// Octets and strings: one char is one octet (Latin-1), so that any octet can be written in a literal.
/// </summary>
internal static class Octets
{
    public static byte[] Of(string latin1) => Encoding.Latin1.GetBytes(latin1);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}
