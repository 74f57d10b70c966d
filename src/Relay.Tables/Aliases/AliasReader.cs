using System.Text;
using System.Text.Unicode;
using Relay.Tables.Text;

namespace Relay.Tables.Aliases;

/// <summary>
/// Reads an aliases file: <c>name: address, address…</c>; a line that begins with white space, or follows one that ends
/// in a backslash, goes on with the alias before it; <c>#</c> in column 1 is a comment.
/// (Sendmail: aliases(5), readaliases.)
/// </summary>
internal sealed class AliasReader
{
    private readonly TableText _text;
    private readonly ProblemList _problems;
    private readonly TextTableBuilder _builder;
    private readonly List<AliasTarget> _targets = [];
    private readonly List<int> _starts = [];

    private int _line;
    private int _start = -1;
    private int _end;

    private AliasReader(TableText text, ProblemList problems)
    {
        _text = text;
        _problems = problems;
        _builder = new TextTableBuilder("aliases", text, problems);
    }

    public static AliasTable Read(TableText text, ProblemList problems)
    {
        var reader = new AliasReader(text, problems);
        reader.ReadLines();
        reader._starts.Add(reader._targets.Count);
        return new AliasTable([new AliasEntries(reader._builder.Build(), [.. reader._targets], [.. reader._starts])]);
    }

    private void ReadLines()
    {
        byte[] octets = _text.Octets;
        bool continues = false;
        int number = 0;
        for (int at = 0; at < octets.Length;)
        {
            int length = octets.AsSpan(at).IndexOf((byte)'\n');
            length = length < 0 ? octets.Length - at : length;
            int start = at;
            at += length + 1;
            number++;
            if (octets[start] == (byte)'#' && !continues)
            {
                // An alias may go on behind a comment, and its text is one piece.
                octets.AsSpan(start, length).Fill((byte)' ');
                continue;
            }

            ReadOnlySpan<byte> line = octets.AsSpan(start, length).TrimEnd(" \t\r"u8);
            if (line.IsEmpty)
            {
                Finish();
                continues = false;
                continue;
            }

            bool wasContinued = continues;
            continues = line[^1] == (byte)'\\';
            TakeLine(number, start, line, wasContinued);
            if (continues && start + line.Length <= octets.Length)
            {
                octets[start + line.Length - 1] = (byte)' ';
            }
        }

        Finish();
    }

    private void TakeLine(int number, int start, ReadOnlySpan<byte> line, bool continues)
    {
        string? error =
            line.Contains((byte)0) ? "the line holds a NUL; expected text"
            : !Utf8.IsValid(line) ? "the line is not UTF-8 text"
            : null;
        bool isIndented = line[0] is (byte)' ' or (byte)'\t';
        if (error is null && isIndented && _start < 0)
        {
            error = "the line begins with white space but there is no alias before it to go on with";
        }

        if (error is not null)
        {
            _problems.Error(number, error);
            return;
        }

        if (!isIndented && !continues)
        {
            Finish();
            _line = number;
            _start = start;
        }

        _end = start + line.Length;
    }

    /// <summary>Takes the alias whose lines have been seen.</summary>
    private void Finish()
    {
        if (_start < 0)
        {
            return;
        }

        int start = _start;
        _start = -1;
        Span<byte> whole = _text.Octets.AsSpan(start, _end - start);
        int colon = AliasSyntax.IndexOutside(whole, (byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? default : whole[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.IndexOfAny("\n\r"u8) >= 0)
        {
            string found = Encoding.UTF8.GetString(whole[..Math.Min(whole.Length, 40)]);
            _problems.Error(_line, $"\"{found}\": no colon behind a name; expected name: address, address");
            return;
        }

        int nameAt = start;
        int nameLength = name.Length;
        if (name is [(byte)'"', .. var quoted, (byte)'"'] && quoted.IndexOfAny("\"\\"u8) < 0)
        {
            nameAt++;
            nameLength -= 2;
        }

        PairReader.ToLower(_text.Octets.AsSpan(nameAt, nameLength));
        int first = _targets.Count;
        int value = start + colon + 1;
        while (value < _end && _text.Octets[value] is (byte)' ' or (byte)'\t')
        {
            value++;
        }

        ReadOnlyMemory<byte> list = _text.Octets.AsMemory(value, Math.Max(_end - value, 0));
        if (!AliasSyntax.Parse(list, _line, _problems, _targets))
        {
            _problems.Warn(
                _line,
                $"the alias \"{Encoding.UTF8.GetString(_text.Octets.AsSpan(nameAt, nameLength))}\" stands for nothing "
                    + "and is ignored");
            return;
        }

        _builder.Add(new PairLine(_line, nameAt, nameLength, value, _end - value), nameLength, _starts.Count);
        _starts.Add(first);
    }
}
