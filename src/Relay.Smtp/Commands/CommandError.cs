namespace Relay.Smtp.Commands;

/// <summary>
/// Why a command line was refused by the grammar; each has its reply in <see cref="Replies.Replies.For"/>.
/// </summary>
public enum CommandError : byte
{
    None = 0,

    /// <summary>MAIL is not followed by <c>FROM:</c>.</summary>
    MailSyntax,

    /// <summary>RCPT is not followed by <c>TO:</c>.</summary>
    RcptSyntax,

    ReversePathSyntax,
    ForwardPathSyntax,

    /// <summary>A size limit of RFC 5321 §4.5.3.1 is exceeded.</summary>
    ReversePathTooLong,
    ForwardPathTooLong,

    /// <summary>The mailbox has no domain. The command is parsed nevertheless, for a policy that accepts it.</summary>
    ReversePathUnqualified,
    ForwardPathUnqualified,

    /// <summary>The reverse-path has octets >= 0x80 and SMTPUTF8 is not given (RFC 6531 §3.4).</summary>
    ReversePathNeedsSmtpUtf8,

    ParameterSyntax,
    ParameterUnknown,
    ParameterDuplicate,
    SizeSyntax,
    BodyUnknown,

    /// <summary>BODY=BINARYMIME, which is not offered (RFC 3030 §3).</summary>
    BodyBinaryMime,
    ReturnSyntax,
    EnvelopeIdSyntax,

    /// <summary>AUTH is neither <c>&lt;&gt;</c> nor xtext (RFC 4954 §5).</summary>
    AuthSyntax,
    NotifySyntax,
    OriginalRecipientSyntax,
    BdatSyntax,
    HelloMissing,
    HelloSyntax,
}
