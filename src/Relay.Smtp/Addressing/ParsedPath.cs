namespace Relay.Smtp.Addressing;

/// <summary>A Path of RFC 5321 §4.1.2 without brackets and source route; a view on its line.</summary>
internal readonly ref struct ParsedPath(ReadOnlySpan<byte> mailbox, bool hasUtf8)
{
    public ReadOnlySpan<byte> Mailbox { get; } = mailbox;

    public bool HasUtf8 { get; } = hasUtf8;
}
