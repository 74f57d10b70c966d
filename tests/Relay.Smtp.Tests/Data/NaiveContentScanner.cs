namespace Relay.Smtp.Tests.Data;

/// <summary>The rule of <see cref="Relay.Smtp.Data.ContentScanner"/> said once more, octet by octet.</summary>
internal sealed class NaiveContentScanner
{
    private enum State
    {
        LineStart,
        Text,
        Cr,
        Dot,
        DotCr,
    }

    private State _state = State.LineStart;

    public ContentFlags Flags { get; private set; }

    public long StuffedDotCount { get; private set; }

    public bool HasBareCr { get; private set; }

    public bool HasBareLf { get; private set; }

    public bool IsEnded { get; private set; }

    public int TerminatorLength => IsEnded ? 3 : _state == State.DotCr ? 2 : _state == State.Dot ? 1 : 0;

    /// <returns>True at the last octet of the terminator.</returns>
    public bool Next(byte octet)
    {
        Flags |= octet >= 0x80 ? ContentFlags.EightBit : octet == 0 ? ContentFlags.Nul : ContentFlags.None;
        State before = _state;
        if (before == State.DotCr && octet == '\n')
        {
            IsEnded = true;
            return true;
        }

        bool afterCr = before is State.Cr or State.DotCr;
        HasBareLf |= octet == '\n' && !afterCr;
        HasBareCr |= octet != '\n' && afterCr;
        if (before == State.DotCr || (before == State.Dot && octet != '\r'))
        {
            StuffedDotCount++;
            Flags |= ContentFlags.StuffedDots;
        }

        _state = octet switch
        {
            (byte)'\n' => afterCr ? State.LineStart : State.Text,
            (byte)'\r' => before == State.Dot ? State.DotCr : State.Cr,
            (byte)'.' => before == State.LineStart ? State.Dot : State.Text,
            _ => State.Text,
        };
        return false;
    }
}
