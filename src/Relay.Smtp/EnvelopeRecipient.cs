namespace Relay.Smtp;

/// <summary>One recipient of an <see cref="Envelope"/>; a view that dies with the envelope's next change.</summary>
public readonly ref struct EnvelopeRecipient(
    ReadOnlySpan<byte> forwardPath,
    ReadOnlySpan<byte> originalRecipient,
    DsnNotify notify,
    ReadOnlySpan<byte> reversePath,
    bool hasOwnReversePath)
{
    /// <summary>The mailbox without angle brackets.</summary>
    public ReadOnlySpan<byte> ForwardPath { get; } = forwardPath;

    /// <summary>ORCPT in xtext, as sent; empty if none (RFC 3461 §4.2).</summary>
    public ReadOnlySpan<byte> OriginalRecipient { get; } = originalRecipient;

    public DsnNotify Notify { get; } = notify;

    /// <summary>
    /// Where failures of this recipient are reported, without angle brackets: its own reverse-path, or else the
    /// envelope's. Empty is the null reverse-path.
    /// </summary>
    public ReadOnlySpan<byte> ReversePath { get; } = reversePath;

    /// <summary><see cref="ReversePath"/> is this recipient's own, not the envelope's.</summary>
    public bool HasOwnReversePath { get; } = hasOwnReversePath;
}
