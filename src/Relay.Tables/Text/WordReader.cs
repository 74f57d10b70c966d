using System.Text.Unicode;

namespace Relay.Tables.Text;

/// <summary>
/// Reads a file of words separated by white space, with <c>#</c> in column 1 for comments (Sendmail: F lines).
/// </summary>
internal struct WordReader(TableText text, ProblemList problems)
{
    private int _at;
    private int _end;
    private int _number;

    public PairLine Current { get; private set; }

    public readonly WordReader GetEnumerator() => this;

    public bool MoveNext()
    {
        byte[] octets = text.Octets;
        while (true)
        {
            while (_at < _end && octets[_at] is (byte)' ' or (byte)'\t' or (byte)'\r')
            {
                _at++;
            }

            if (_at < _end)
            {
                int length = octets.AsSpan(_at, _end - _at).IndexOfAny(" \t\r"u8);
                length = length < 0 ? _end - _at : length;
                Current = new PairLine(_number, _at, length, _at + length, 0);
                _at += length;
                return true;
            }

            // Behind a line stands its line end; before the first line there is none.
            int start = _number == 0 ? 0 : _end + 1;
            if (start >= octets.Length)
            {
                return false;
            }

            NextLine(start);
        }
    }

    private void NextLine(int start)
    {
        byte[] octets = text.Octets;
        int length = octets.AsSpan(start).IndexOf((byte)'\n');
        _end = length < 0 ? octets.Length : start + length;
        _number++;
        ReadOnlySpan<byte> line = octets.AsSpan(start, _end - start);
        bool isComment = !line.IsEmpty && line[0] == (byte)'#';
        string? error = isComment ? null
            : line.Contains((byte)0) ? "the line holds a NUL; expected words"
            : !Utf8.IsValid(line) ? "the line is not UTF-8 text"
            : null;
        if (error is not null)
        {
            problems.Error(_number, error);
        }

        _at = isComment || error is not null ? _end : start;
    }
}
