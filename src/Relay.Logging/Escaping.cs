namespace Relay.Logging;

/// <summary>Which octets of a peer may stand as they are, and how the others are written.</summary>
internal enum Escaping
{
    /// <summary>A word of a text line: no space, angle bracket, quote or backslash; others as <c>\xNN</c>.</summary>
    Word,

    /// <summary>Between double quotes in a text line: quotes and backslashes escaped, others as <c>\xNN</c>.</summary>
    Quoted,

    /// <summary>The rest of a line in Sendmail's format: all that prints, spaces too; others as <c>\xNN</c>.</summary>
    Line,

    /// <summary>Between the quotes of a JSON string (RFC 8259 §7).</summary>
    Json,
}
