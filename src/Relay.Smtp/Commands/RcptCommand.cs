namespace Relay.Smtp.Commands;

/// <summary>RCPT (RFC 5321 §4.1.1.3); a view on its line.</summary>
public readonly ref struct RcptCommand
{
    /// <summary>Without angle brackets and source route.</summary>
    public ReadOnlySpan<byte> Mailbox { get; init; }

    /// <summary><c>&lt;postmaster&gt;</c> without a domain, in any case (RFC 5321 §4.5.1).</summary>
    public bool IsPostmaster { get; init; }

    public DsnNotify Notify { get; init; }

    /// <summary>ORCPT as sent, <c>type;xtext</c>; empty if not given. Decodes to no control characters.</summary>
    public ReadOnlySpan<byte> OriginalRecipient { get; init; }

    /// <summary>Mailbox or ORCPT has octets >= 0x80 (valid UTF-8): only with SMTPUTF8 (RFC 6531 §3.4).</summary>
    public bool HasUtf8Address { get; init; }
}
