namespace Relay.Smtp;

/// <summary>One recipient of an <see cref="Envelope"/>; a view that dies with the envelope's next change.</summary>
public readonly ref struct EnvelopeRecipient(
    ReadOnlySpan<byte> forwardPath,
    ReadOnlySpan<byte> originalRecipient,
    DsnNotify notify)
{
    /// <summary>The mailbox without angle brackets.</summary>
    public ReadOnlySpan<byte> ForwardPath { get; } = forwardPath;

    /// <summary>ORCPT in xtext, as sent; empty if none (RFC 3461 §4.2).</summary>
    public ReadOnlySpan<byte> OriginalRecipient { get; } = originalRecipient;

    public DsnNotify Notify { get; } = notify;
}
