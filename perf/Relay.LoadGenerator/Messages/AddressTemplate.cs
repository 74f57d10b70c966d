using System.Buffers.Text;
using System.Text;

namespace Relay.LoadGenerator.Messages;

/// <summary>
/// A mailbox with counters in braces: <c>{n}</c> number of the recipient in the whole run, <c>{r}</c> in its message,
/// <c>{m}</c> message, <c>{s}</c> session, <c>{d}</c> destination of the message, <c>{e}</c> destination of the
/// recipient (destinations go round robin). Immutable.
/// </summary>
internal sealed class AddressTemplate
{
    private const int DigitsMax = 20;
    private readonly (byte[] Literal, char Counter)[] _parts;

    private AddressTemplate(string text, (byte[] Literal, char Counter)[] parts)
    {
        Text = text;
        _parts = parts;
        LengthMax = parts.Sum(part => part.Literal.Length + (part.Counter == '\0' ? 0 : DigitsMax));
    }

    internal string Text { get; }

    /// <summary>No result is longer than this (octets).</summary>
    internal int LengthMax { get; }

    internal static AddressTemplate Parse(string text)
    {
        var parts = new List<(byte[], char)>();
        int start = 0;
        while (true)
        {
            int open = text.IndexOf('{', start);
            if (open < 0)
            {
                parts.Add((Encoding.UTF8.GetBytes(text[start..]), '\0'));
                break;
            }

            if (open + 2 >= text.Length || text[open + 2] != '}' || !"nrmsde".Contains(text[open + 1]))
            {
                throw new FormatException($"'{text}': braces hold one of n, r, m, s, d, e");
            }

            parts.Add((Encoding.UTF8.GetBytes(text[start..open]), text[open + 1]));
            start = open + 3;
        }

        return text.AsSpan().IndexOfAny('\r', '\n', '>') >= 0
            ? throw new FormatException($"'{text}' is not a mailbox")
            : new AddressTemplate(text, [.. parts]);
    }

    internal int Write(Span<byte> destination, in AddressCounters counters)
    {
        int position = 0;
        foreach ((byte[] literal, char counter) in _parts)
        {
            literal.CopyTo(destination[position..]);
            position += literal.Length;
            if (counter != '\0')
            {
                Utf8Formatter.TryFormat(counters.Value(counter), destination[position..], out int written);
                position += written;
            }
        }

        return position;
    }
}
