namespace Relay.Smtp.Commands;

/// <summary>MAIL (RFC 5321 §4.1.1.2); a view on its line.</summary>
public readonly ref struct MailCommand
{
    /// <summary>Without angle brackets and source route; empty is the null reverse-path.</summary>
    public ReadOnlySpan<byte> Mailbox { get; init; }

    public bool IsNull => Mailbox.IsEmpty;

    /// <summary>
    /// SIZE in octets (RFC 1870 §4); -1 if not given; <see cref="long.MaxValue"/> if larger than that.
    /// </summary>
    public long Size { get; init; }

    public BodyType Body { get; init; }

    public bool SmtpUtf8 { get; init; }

    public DsnReturn Return { get; init; }

    /// <summary>ENVID in xtext as sent; empty if not given. Decodes to printable US-ASCII.</summary>
    public ReadOnlySpan<byte> EnvelopeId { get; init; }

    /// <summary>The mailbox has octets >= 0x80 (valid UTF-8).</summary>
    public bool HasUtf8Address { get; init; }
}
