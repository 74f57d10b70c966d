using System.Buffers.Text;

namespace Relay.Host.Demo;

/// <summary>
/// The messages of the demonstration: each is known by its number and has octets of its own, so the sink can tell
/// whether what arrives is whole.
/// </summary>
internal static class DemoMessage
{
    private const int LineLength = 76;

    private static ReadOnlySpan<byte> Letters => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ,"u8;

    private static ReadOnlySpan<byte> NumberField => "X-Demo-Number: "u8;

    /// <summary>Writes a message in wire form (stuffed, without the final dot line); returns its length.</summary>
    public static int Write(int number, int size, Span<byte> destination)
    {
        int at = Copy(
            "From: demo@relay.example\r\nTo: sink@relay.example\r\nSubject: Relay.Fast demo\r\n"u8, destination, 0);
        at = Copy(NumberField, destination, at);
        Utf8Formatter.TryFormat(number, destination[at..], out int digits);
        at = Copy("\r\n\r\n"u8, destination, at + digits);
        uint state = unchecked((uint)number * 2654435761) | 1;
        while (at < size)
        {
            // Every line begins with a stuffed dot now and then, because that is where relays go wrong.
            state = Next(state);
            at = (state & 7) == 0 ? Copy(".."u8, destination, at) : at;
            int length = Math.Max(1, Math.Min(LineLength, size - at - 2));
            for (int i = 0; i < length; i++)
            {
                state = Next(state);
                destination[at++] = Letters[(int)(state >> 26)];
            }

            at = Copy("\r\n"u8, destination, at);
        }

        return at;
    }

    /// <summary>Room that a message of the size may take.</summary>
    public static int LengthMax(int size) => size + 512;

    /// <summary>The number in received content; -1 if there is none.</summary>
    public static int FindNumber(ReadOnlySpan<byte> content)
    {
        int at = content.IndexOf(NumberField);
        return at >= 0 && Utf8Parser.TryParse(content[(at + NumberField.Length)..], out int number, out _)
            ? number
            : -1;
    }

    /// <summary>True if the content is the message, with nothing but trace fields before it.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> content, int number, int size, Span<byte> scratch)
    {
        ReadOnlySpan<byte> expected = scratch[..Write(number, size, scratch)];
        return content.EndsWith(expected) && content.StartsWith("Received: "u8)
            && content[^(expected.Length + 1)] == (byte)'\n';
    }

    private static int Copy(ReadOnlySpan<byte> octets, Span<byte> destination, int at)
    {
        octets.CopyTo(destination[at..]);
        return at + octets.Length;
    }

    private static uint Next(uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        return state ^ (state << 5);
    }
}
