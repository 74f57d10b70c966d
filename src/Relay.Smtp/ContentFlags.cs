namespace Relay.Smtp;

/// <summary>What one pass over the content saw. The values are persisted: append only.</summary>
[Flags]
public enum ContentFlags : byte
{
    None = 0,

    /// <summary>An octet >= 0x80 was seen.</summary>
    EightBit = 1,

    /// <summary>A NUL octet was seen.</summary>
    Nul = 2,

    /// <summary>
    /// At least one line begins with a stuffed dot, so wire form and content differ (RFC 5321 §4.5.2).
    /// </summary>
    StuffedDots = 4,
}
