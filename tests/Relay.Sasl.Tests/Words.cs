using System.Text;

namespace Relay.Sasl.Tests;

/// <summary>Texts as octets and back.</summary>
internal static class Words
{
    public static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}
