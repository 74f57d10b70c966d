namespace Relay.Logging;

/// <summary>
/// The most octets that each field takes in a line, escapes included. Their sum with all keys stays below
/// <see cref="Line"/>, so a line is never cut in its middle.
/// </summary>
internal static class FieldLimits
{
    /// <summary>Scratch for one line.</summary>
    public const int Line = 4096;

    /// <summary>
    /// A mailbox is at most 254 octets in practice (RFC 5321 §4.5.3.1.3 and erratum 1690); the rest is for escapes.
    /// </summary>
    public const int Mailbox = 512;

    /// <summary>A name is at most 255 octets (RFC 5321 §4.5.3.1.2), with room for an address behind it.</summary>
    public const int Name = 320;

    /// <summary>What the queue keeps of a reply is 200 octets; local texts may be longer.</summary>
    public const int Reply = 800;

    /// <summary>What the header scanner keeps is 250 octets.</summary>
    public const int MessageId = 400;

    /// <summary>SMTP, UTF8SMTPSA and the like.</summary>
    public const int Word = 32;
}
