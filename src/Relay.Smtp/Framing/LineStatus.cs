namespace Relay.Smtp.Framing;

/// <summary>What the beginning of the input holds.</summary>
public enum LineStatus
{
    /// <summary>A line that ends in CRLF.</summary>
    Complete,

    /// <summary>No line end yet, and the limit is not reached.</summary>
    NeedMoreData,

    /// <summary>
    /// No CRLF within the limit. The input is to be discarded to the next CRLF before it is answered.
    /// </summary>
    TooLong,

    /// <summary>A CR without LF or an LF without CR. The input is to be discarded to the next CRLF.</summary>
    BareLineEnding,
}
