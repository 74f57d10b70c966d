namespace Relay.Smtp.Data;

/// <summary>What the last octet of a block was, each 0 or 1: the state of <see cref="ContentScanner"/>.</summary>
internal struct ScanCarry
{
    /// <summary>A CR.</summary>
    public ulong Cr;

    /// <summary>The LF of a CRLF: the next octet begins a line.</summary>
    public ulong LineStart;

    /// <summary>A dot that begins a line.</summary>
    public ulong Dot;

    /// <summary>The CR behind such a dot.</summary>
    public ulong DotCr;

    /// <summary>The last octets may turn out to be the terminator's.</summary>
    public readonly bool HasOpenDot => (Dot | DotCr) != 0;
}
