namespace Relay.LoadGenerator.Sink;

/// <summary>
/// Content in wire form, cut anywhere, to runs of decoded content (RFC 5321 §4.5.2); only CRLF.CRLF ends it. Written
/// apart from the relay's scanner on purpose: the sink checks the relay and must not share its mistakes.
/// </summary>
internal struct DotDecoder
{
    private State _state;

    private enum State : byte
    {
        AfterLineEnd, // first: the empty message and a leading dot need no special case
        Text,
        AfterCr,
        Dot,
        DotCr,
    }

    internal void Reset() => _state = State.AfterLineEnd;

    /// <summary>Reads on; call again with what is left until all is consumed or the end was found.</summary>
    /// <param name="input">What was received; may be empty only if nothing is left.</param>
    /// <param name="consumed">Octets of the input that are done with.</param>
    /// <param name="run">Decoded content, valid as long as the input.</param>
    /// <returns>True when the end of data was found; it lies before <paramref name="consumed"/>.</returns>
    internal bool Read(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> run)
    {
        run = default;
        consumed = 0;
        switch (_state)
        {
            case State.AfterLineEnd when input[0] == (byte)'.':
                _state = State.Dot;
                consumed = 1;
                return false;
            case State.AfterCr when input[0] == (byte)'\n':
                _state = State.AfterLineEnd;
                consumed = 1;
                run = input[..1];
                return false;
            case State.Dot when input[0] == (byte)'\r':
                _state = State.DotCr;
                consumed = 1;
                return false;
            case State.DotCr when input[0] == (byte)'\n':
                consumed = 1;
                return true;
            case State.DotCr:
                run = "\r"u8; // the line was dot, CR and more: the dot was stuffing
                _state = State.AfterCr;
                return false;
        }

        return ReadText(input, out consumed, out run);
    }

    private bool ReadText(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> run)
    {
        int lineAndDot = input.IndexOf("\r\n."u8);
        if (lineAndDot >= 0)
        {
            run = input[..(lineAndDot + 2)];
            consumed = lineAndDot + 3;
            _state = State.Dot;
            return false;
        }

        run = input;
        consumed = input.Length;
        _state = input.EndsWith("\r\n"u8) ? State.AfterLineEnd : input[^1] == (byte)'\r' ? State.AfterCr : State.Text;
        return false;
    }
}
