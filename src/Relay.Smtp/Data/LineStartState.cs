namespace Relay.Smtp.Data;

/// <summary>Whether the next octet begins a line, that is, stands at the beginning or behind CRLF.</summary>
internal struct LineStartState
{
    private bool _afterLine; // something was there, and it did not end in CRLF
    private bool _afterCr;

    public readonly bool AtLineStart => !_afterLine;

    /// <summary>Index of the first dot that begins a line, or -1.</summary>
    public readonly int FindDotAtLineStart(ReadOnlySpan<byte> text)
    {
        if (AtLineStart && !text.IsEmpty && text[0] == (byte)'.')
        {
            return 0;
        }

        if (_afterCr && text.Length > 1 && text[0] == (byte)'\n' && text[1] == (byte)'.')
        {
            return 1;
        }

        int at = text.IndexOf("\r\n."u8);
        return at < 0 ? -1 : at + 2;
    }

    public void Advance(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        bool lineEnds = text[^1] == (byte)'\n' && (text.Length > 1 ? text[^2] == (byte)'\r' : _afterCr);
        _afterLine = !lineEnds;
        _afterCr = text[^1] == (byte)'\r';
    }
}
