namespace Relay.Smtp;

/// <summary>The declared body type of a message (RFC 6152 §3). The values are persisted: append only.</summary>
public enum BodyType : byte
{
    /// <summary>BODY=7BIT, also when nothing was declared.</summary>
    SevenBit = 0,

    /// <summary>BODY=8BITMIME.</summary>
    EightBitMime = 1,
}
