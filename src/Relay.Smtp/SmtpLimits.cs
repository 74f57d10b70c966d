namespace Relay.Smtp;

/// <summary>Sizes of RFC 5321 §4.5.3.1 and of the extensions, in octets.</summary>
public static class SmtpLimits
{
    /// <summary>§4.5.3.1.1.</summary>
    public const int LocalPartMax = 64;

    /// <summary>§4.5.3.1.2.</summary>
    public const int DomainMax = 255;

    /// <summary>§4.5.3.1.3, with the angle brackets.</summary>
    public const int PathMax = 256;

    /// <summary>§4.5.3.1.4, with CRLF and without extensions.</summary>
    public const int CommandLineMax = 512;

    /// <summary>
    /// A command line as this relay takes it, with CRLF: Sendmail's limit, above the sum of all extensions.
    /// </summary>
    public const int ExtendedCommandLineMax = 2048;

    /// <summary>§4.5.3.1.5, with CRLF.</summary>
    public const int ReplyLineMax = 512;

    /// <summary>RFC 3461 §4.4.</summary>
    public const int EnvelopeIdMax = 100;

    /// <summary>RFC 3461 §4.2.</summary>
    public const int OriginalRecipientMax = 500;
}
