using System.Text;
using System.Text.Unicode;

namespace Relay.Tables.Text;

/// <summary>
/// Reads a file of keys and values as makemap does: <c>#</c> in column 1 is a comment, empty lines are skipped, the key
/// ends at the first blank or tab and is folded to lower case (in place), the value is the rest of the line. A line
/// that begins with white space, is too long, or holds a NUL or broken UTF-8 is an error; a key without a value is
/// skipped with a warning. What is in a line of a secret file is shown nowhere: who has got its form wrong may have put
/// the secret into the key.
/// </summary>
internal struct PairReader(TableText text, ProblemList problems, bool valueRequired = true, bool isSecret = false)
{
    /// <summary>Octets; makemap's own limit is 1,024 to 2,048, depending on the kind of map.</summary>
    internal const int LineLengthMax = 4096;

    private int _at;
    private int _number;

    public PairLine Current { get; private set; }

    public readonly PairReader GetEnumerator() => this;

    public bool MoveNext()
    {
        byte[] octets = text.Octets;
        while (_at < octets.Length)
        {
            int start = _at;
            int length = octets.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? octets.Length - start : length;
            _at = start + length + 1;
            _number++;
            if (octets[start] == (byte)'#' || !IsUsable(octets.AsSpan(start, length), out int used))
            {
                continue;
            }

            Span<byte> line = octets.AsSpan(start, used);
            int keyLength = line.IndexOfAny((byte)' ', (byte)'\t');
            keyLength = keyLength < 0 ? used : keyLength;
            ToLower(line[..keyLength]);
            int skipped = line[keyLength..].IndexOfAnyExcept((byte)' ', (byte)'\t');
            int value = skipped < 0 ? used : keyLength + skipped;
            if (value == used && valueRequired)
            {
                string key = isSecret ? "a key" : $"the key \"{Encoding.UTF8.GetString(line[..keyLength])}\"";
                problems.Warn(_number, $"{key} has no value and is ignored");
                continue;
            }

            Current = new PairLine(_number, start, keyLength, start + value, used - value);
            return true;
        }

        return false;
    }

    /// <summary>Folds ASCII letters; others are folded where the key is a domain.</summary>
    internal static void ToLower(Span<byte> key)
    {
        Ascii.ToLowerInPlace(key, out int done);
        for (int i = done; i < key.Length; i++)
        {
            if (key[i] is >= (byte)'A' and <= (byte)'Z')
            {
                key[i] |= 0x20;
            }
        }
    }

    /// <summary>Octets without the white space at the end; false for empty and broken lines.</summary>
    private readonly bool IsUsable(ReadOnlySpan<byte> line, out int length)
    {
        ReadOnlySpan<byte> trimmed = line.TrimEnd(" \t\r"u8);
        length = trimmed.Length;
        if (length == 0)
        {
            return false;
        }

        string? error =
            trimmed[0] is (byte)' ' or (byte)'\t'
                ? "the line begins with white space; expected a key in column 1"
            : length > LineLengthMax
                ? $"the line has {length} octets; expected at most {LineLengthMax}"
            : trimmed.Contains((byte)0)
                ? "the line holds a NUL; expected text"
            : !Utf8.IsValid(trimmed)
                ? "the line is not UTF-8 text"
            : null;
        if (error is not null)
        {
            problems.Error(_number, error);
        }

        return error is null;
    }
}
