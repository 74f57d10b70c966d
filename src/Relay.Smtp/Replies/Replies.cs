using System.Diagnostics;
using Relay.Smtp.Commands;

namespace Relay.Smtp.Replies;

/// <summary>
/// Every reply of the server, as it goes on the wire with its CRLF, each listed in docs/replies.md. Where Sendmail has
/// a text for the case it is Sendmail's. <c>{}</c> marks where <see cref="ReplyWriter"/> inserts a mailbox, a host
/// name, a queue id or a number.
/// </summary>
public static class Replies
{
    // Session. {} is the name of this host, the second one the client (in the greeting: the configured text).
    public static ReadOnlySpan<byte> Greeting => "220 {} ESMTP {}\r\n"u8;

    public static ReadOnlySpan<byte> Helo => "250 {} Hello {}, pleased to meet you\r\n"u8;

    /// <summary>First line of the answer to EHLO.</summary>
    public static ReadOnlySpan<byte> Ehlo => "250-{} Hello {}, pleased to meet you\r\n"u8;

    public static ReadOnlySpan<byte> Quit => "221 2.0.0 {} closing connection\r\n"u8;

    public static ReadOnlySpan<byte> Rset => "250 2.0.0 Reset state\r\n"u8;

    public static ReadOnlySpan<byte> Ok => "250 2.0.0 OK\r\n"u8;

    public static ReadOnlySpan<byte> Help => "214 2.0.0 See RFC 5321 for the commands of this server\r\n"u8;

    public static ReadOnlySpan<byte> VerboseUnavailable => "502 5.7.0 Verbose unavailable\r\n"u8;

    public static ReadOnlySpan<byte> CannotVrfy =>
        "252 2.5.2 Cannot VRFY user; try RCPT to attempt delivery (or try finger)\r\n"u8;

    public static ReadOnlySpan<byte> NotAllowed => "502 5.7.0 Sorry, we do not allow this operation\r\n"u8;

    public static ReadOnlySpan<byte> QueueingStarted => "250 2.0.0 Queuing for node {} started\r\n"u8;

    public static ReadOnlySpan<byte> QueueingUnavailable => "458 4.5.0 Unable to queue messages for node {}\r\n"u8;

    public static ReadOnlySpan<byte> QueueingRefused => "459 4.5.4 Node {} not allowed\r\n"u8;

    /// <summary>In place of the greeting, for a client that talked before it.</summary>
    public static ReadOnlySpan<byte> NotAcceptingMessages => "554 {} ESMTP not accepting messages\r\n"u8;

    /// <summary>Answers every command of a session whose client connects too often.</summary>
    public static ReadOnlySpan<byte> ClientRateExceeded => "452 4.3.2 Connection rate limit exceeded.\r\n"u8;

    /// <summary>Answers every command of a session whose client has too many of them.</summary>
    public static ReadOnlySpan<byte> ClientConnectionsExceeded => "452 4.3.2 Too many open connections.\r\n"u8;

    public static ReadOnlySpan<byte> VerboseMode => "250 2.0.0 Verbose mode\r\n"u8;

    // Ends of sessions.
    public static ReadOnlySpan<byte> ShuttingDown => "421 4.3.2 {} Server shutting down, try again later\r\n"u8;

    public static ReadOnlySpan<byte> CommandTimeout => "421 4.4.2 {} Timeout waiting for input\r\n"u8;

    public static ReadOnlySpan<byte> DataRateTooLow => "421 4.4.2 {} Data arrives too slowly\r\n"u8;

    public static ReadOnlySpan<byte> LostInput => "421 4.4.1 {} Lost input channel from {}\r\n"u8;

    public static ReadOnlySpan<byte> TooManyBadCommands =>
        "421 4.7.0 {} Too many bad commands; closing connection\r\n"u8;

    public static ReadOnlySpan<byte> TooManyBadRecipients =>
        "421 4.7.0 {} Too many bad recipients; closing connection\r\n"u8;

    public static ReadOnlySpan<byte> TooManyIdleCommands =>
        "421 4.7.0 {} Too many commands without mail; closing connection\r\n"u8;

    /// <summary>Behind the answer to a BDAT whose size cannot be read.</summary>
    public static ReadOnlySpan<byte> OutOfStep =>
        "421 4.5.0 {} Cannot tell content from commands; closing connection\r\n"u8;

    public static ReadOnlySpan<byte> TooManyConnections =>
        "421 4.3.2 {} Too many open connections, try again later\r\n"u8;

    /// <summary>Sent in place of the greeting.</summary>
    public static ReadOnlySpan<byte> Overloaded => "421 4.3.2 {} Load average too high, try again later\r\n"u8;

    public static ReadOnlySpan<byte> TooManyConnectionsFromAddress => "421 4.3.2 Too many open connections.\r\n"u8;

    public static ReadOnlySpan<byte> ConnectionRateExceeded => "421 4.3.2 Connection rate limit exceeded.\r\n"u8;

    public static ReadOnlySpan<byte> OpenProxy => "421 4.7.0 {} Rejecting open proxy {}\r\n"u8;

    public static ReadOnlySpan<byte> InternalFailure => "421 4.3.0 {} Internal failure, closing connection\r\n"u8;

    public static ReadOnlySpan<byte> CommandTooLongClosing => "421 4.7.0 {} Command too long, possible attack\r\n"u8;

    public static ReadOnlySpan<byte> BareLineFeedClosing => "421 4.5.0 Bare linefeed (LF) not allowed\r\n"u8;

    public static ReadOnlySpan<byte> BareCarriageReturnClosing =>
        "421 4.5.0 Bare carriage return (CR) not allowed\r\n"u8;

    // Commands as such.
    public static ReadOnlySpan<byte> LineTooLong => "500 5.5.2 Line too long\r\n"u8;

    public static ReadOnlySpan<byte> BareLineEnding =>
        "500 5.5.2 Command line with bare carriage return or linefeed refused\r\n"u8;

    /// <summary>{} is the first word of the line.</summary>
    public static ReadOnlySpan<byte> CommandUnrecognized => "500 5.5.1 Command unrecognized: \"{}\"\r\n"u8;

    public static ReadOnlySpan<byte> CommandNotImplemented => "502 5.5.1 Command not implemented\r\n"u8;

    public static ReadOnlySpan<byte> ReadyForTls => "220 2.0.0 Ready to start TLS\r\n"u8;

    public static ReadOnlySpan<byte> TlsUnavailable => "454 4.7.0 TLS not available due to temporary reason\r\n"u8;

    public static ReadOnlySpan<byte> TlsNotOffered => "503 5.5.0 TLS not available\r\n"u8;

    public static ReadOnlySpan<byte> TlsIsActive => "503 5.5.0 TLS is already active\r\n"u8;

    public static ReadOnlySpan<byte> NoParametersAllowed => "501 5.5.4 Syntax error, no parameters allowed\r\n"u8;

    public static ReadOnlySpan<byte> ArgumentRequired => "501 5.5.2 Argument required\r\n"u8;

    /// <summary>Input was waiting where the client has to wait for the reply (RFC 2920 §3.1).</summary>
    public static ReadOnlySpan<byte> ProtocolError => "554 5.5.0 SMTP protocol error\r\n"u8;

    public static ReadOnlySpan<byte> CommandRejected => "550 5.0.0 Command rejected\r\n"u8;

    // Order of commands.
    public static ReadOnlySpan<byte> HelloFirst => "503 5.0.0 Polite people say HELO first\r\n"u8;

    /// <summary>VRFY and EXPN.</summary>
    public static ReadOnlySpan<byte> IntroduceYourself =>
        "503 5.0.0 I demand that you introduce yourself first\r\n"u8;

    public static ReadOnlySpan<byte> AuthenticationRequired => "530 5.7.0 Authentication required\r\n"u8;

    // AUTH (RFC 4954 §4, §6); the texts are Sendmail's where it has one.
    public static ReadOnlySpan<byte> Authenticated => "235 2.0.0 OK Authenticated\r\n"u8;

    public static ReadOnlySpan<byte> AuthenticationFailed => "535 5.7.8 authentication failed\r\n"u8;

    /// <summary>Our own trouble: the client may try again.</summary>
    public static ReadOnlySpan<byte> AuthenticationUnavailable =>
        "454 4.7.0 Temporary authentication failure\r\n"u8;

    public static ReadOnlySpan<byte> TooManyAuthenticationFailures =>
        "454 4.7.0 Too many authentication failures, try again later\r\n"u8;

    public static ReadOnlySpan<byte> AuthenticationNeedsTls =>
        "538 5.7.11 Encryption required for requested authentication mechanism\r\n"u8;

    public static ReadOnlySpan<byte> AuthNotAvailable => "503 5.3.3 AUTH not available\r\n"u8;

    /// <summary>{} is the mechanism.</summary>
    public static ReadOnlySpan<byte> MechanismUnknown => "504 5.5.4 AUTH mechanism {} not available\r\n"u8;

    public static ReadOnlySpan<byte> MechanismMissing => "501 5.5.2 AUTH mechanism must be specified\r\n"u8;

    public static ReadOnlySpan<byte> AlreadyAuthenticated => "503 5.5.0 Already Authenticated\r\n"u8;

    public static ReadOnlySpan<byte> AuthInTransaction =>
        "503 5.5.0 AUTH not permitted during a mail transaction\r\n"u8;

    public static ReadOnlySpan<byte> NotBase64 => "501 5.5.2 Cannot BASE64 decode the response\r\n"u8;

    public static ReadOnlySpan<byte> MalformedResponse => "501 5.5.2 The response does not fit the mechanism\r\n"u8;

    public static ReadOnlySpan<byte> AuthAborted => "501 5.7.0 AUTH aborted\r\n"u8;

    public static ReadOnlySpan<byte> ExchangeLineTooLong =>
        "500 5.5.6 Authentication exchange line is too long\r\n"u8;

    // Proxies
    /// <summary>To mail of a client whom the proxy before it does not know.</summary>
    public static ReadOnlySpan<byte> ClientUnknown =>
        "450 4.7.1 The proxy has not told the client's address\r\n"u8;

    public static ReadOnlySpan<byte> XclientSyntax => "501 5.5.4 Syntax error in XCLIENT attributes\r\n"u8;

    public static ReadOnlySpan<byte> XclientInTransaction =>
        "503 5.5.1 XCLIENT not permitted during a mail transaction\r\n"u8;

    public static ReadOnlySpan<byte> MailFirst => "503 5.0.0 Need MAIL before RCPT\r\n"u8;

    public static ReadOnlySpan<byte> MailCommandFirst => "503 5.0.0 Need MAIL command\r\n"u8;

    public static ReadOnlySpan<byte> RcptFirst => "503 5.0.0 Need RCPT (recipient)\r\n"u8;

    public static ReadOnlySpan<byte> SenderAlreadySpecified => "503 5.5.0 Sender already specified\r\n"u8;

    public static ReadOnlySpan<byte> NotDuringBdat => "503 5.5.1 Only BDAT, RSET, NOOP and QUIT after BDAT\r\n"u8;

    public static ReadOnlySpan<byte> BdatAfterLast => "503 5.5.1 BDAT transaction failed or is complete\r\n"u8;

    public static ReadOnlySpan<byte> NoValidRecipients => "554 5.5.1 No valid recipients\r\n"u8;

    // Grammar.
    public static ReadOnlySpan<byte> MailSyntax => "501 5.5.2 Syntax error in parameters scanning \"from\"\r\n"u8;

    public static ReadOnlySpan<byte> RcptSyntax => "501 5.5.2 Syntax error in parameters scanning \"to\"\r\n"u8;

    public static ReadOnlySpan<byte> ReversePathSyntax => "501 5.1.7 Syntax error in reverse-path\r\n"u8;

    public static ReadOnlySpan<byte> ForwardPathSyntax => "501 5.1.3 Syntax error in forward-path\r\n"u8;

    public static ReadOnlySpan<byte> ReversePathTooLong => "501 5.1.7 Reverse-path too long\r\n"u8;

    public static ReadOnlySpan<byte> ForwardPathTooLong => "501 5.1.3 Forward-path too long\r\n"u8;

    public static ReadOnlySpan<byte> ReversePathUnqualified =>
        "553 5.5.4 Domain name required for sender address\r\n"u8;

    public static ReadOnlySpan<byte> ForwardPathUnqualified =>
        "553 5.1.3 Domain name required for recipient address\r\n"u8;

    /// <summary>RFC 6531 §3.5, for MAIL and RCPT.</summary>
    public static ReadOnlySpan<byte> NeedsSmtpUtf8 => "553 5.6.7 Non-ASCII address requires SMTPUTF8\r\n"u8;

    public static ReadOnlySpan<byte> ParameterSyntax => "501 5.5.4 Syntax error in parameters\r\n"u8;

    public static ReadOnlySpan<byte> ParameterUnknown =>
        "555 5.5.4 MAIL FROM/RCPT TO parameters not recognized or not implemented\r\n"u8;

    public static ReadOnlySpan<byte> ParameterDuplicate => "501 5.5.4 Duplicate parameter\r\n"u8;

    public static ReadOnlySpan<byte> SizeSyntax => "501 5.5.4 Syntax error in SIZE parameter value\r\n"u8;

    public static ReadOnlySpan<byte> BodyUnknown => "501 5.5.4 Unknown BODY type\r\n"u8;

    public static ReadOnlySpan<byte> BodyBinaryMime => "555 5.5.4 BODY=BINARYMIME not implemented\r\n"u8;

    public static ReadOnlySpan<byte> ReturnSyntax => "501 5.5.4 Bad argument to RET\r\n"u8;

    public static ReadOnlySpan<byte> EnvelopeIdSyntax => "501 5.5.4 Syntax error in ENVID parameter value\r\n"u8;

    public static ReadOnlySpan<byte> AuthSyntax => "501 5.5.4 Syntax error in AUTH parameter value\r\n"u8;

    public static ReadOnlySpan<byte> NotifySyntax => "501 5.5.4 Bad argument to NOTIFY\r\n"u8;

    public static ReadOnlySpan<byte> OriginalRecipientSyntax =>
        "501 5.5.4 Syntax error in ORCPT parameter value\r\n"u8;

    public static ReadOnlySpan<byte> BdatSyntax => "501 5.5.4 Syntax error in BDAT parameters\r\n"u8;

    public static ReadOnlySpan<byte> EhloMissingDomain => "501 5.0.0 EHLO requires domain address\r\n"u8;

    public static ReadOnlySpan<byte> HeloMissingDomain => "501 5.0.0 HELO requires domain address\r\n"u8;

    /// <summary>Without enhanced code, as answers to HELO and EHLO are (RFC 2034 §4).</summary>
    public static ReadOnlySpan<byte> HelloSyntax => "501 Invalid domain name\r\n"u8;

    // Mail transaction. {} is the mailbox, or the queue id.
    public static ReadOnlySpan<byte> SenderOk => "250 2.1.0 <{}>... Sender ok\r\n"u8;

    public static ReadOnlySpan<byte> RecipientOk => "250 2.1.5 <{}>... Recipient ok\r\n"u8;

    public static ReadOnlySpan<byte> StartMailInput => "354 End data with <CR><LF>.<CR><LF>\r\n"u8;

    public static ReadOnlySpan<byte> MessageAccepted => "250 2.0.0 {} Message accepted for delivery\r\n"u8;

    /// <summary>{} is the chunk's size in octets.</summary>
    public static ReadOnlySpan<byte> ChunkReceived => "250 2.0.0 {} octets received\r\n"u8;

    public static ReadOnlySpan<byte> RelayingDenied => "550 5.7.1 <{}>... Relaying denied\r\n"u8;

    public static ReadOnlySpan<byte> UserUnknown => "550 5.1.1 <{}>... User unknown\r\n"u8;

    public static ReadOnlySpan<byte> TooManyRecipients => "452 4.5.3 Too many recipients\r\n"u8;

    public static ReadOnlySpan<byte> InsufficientDiskSpace =>
        "452 4.3.1 Insufficient disk space; try again later\r\n"u8;

    public static ReadOnlySpan<byte> LocalError => "451 4.3.0 Requested action aborted: error in processing\r\n"u8;

    /// <summary>At MAIL; {} is the limit in octets.</summary>
    public static ReadOnlySpan<byte> DeclaredSizeTooLarge =>
        "552 5.2.3 Message size exceeds fixed maximum message size ({})\r\n"u8;

    /// <summary>After the content; {} is the limit in octets.</summary>
    public static ReadOnlySpan<byte> MessageTooLarge => "552 5.2.3 Message exceeds maximum fixed size ({})\r\n"u8;

    /// <summary>RFC 5321 §6.3.</summary>
    public static ReadOnlySpan<byte> TooManyHops => "554 5.4.6 Too many hops\r\n"u8;

    /// <summary>{} is the limit in octets.</summary>
    public static ReadOnlySpan<byte> HeadersTooLarge => "552 5.6.0 Headers too large ({} max)\r\n"u8;

    public static ReadOnlySpan<byte> BareLineFeedInContent => "554 5.6.0 Bare linefeed (LF) not allowed\r\n"u8;

    public static ReadOnlySpan<byte> BareCarriageReturnInContent =>
        "554 5.6.0 Bare carriage return (CR) not allowed\r\n"u8;

    /// <summary>The reply for a refusal of the grammar; <see cref="CommandError.None"/> has none.</summary>
    public static ReadOnlySpan<byte> For(CommandError error) => error switch
    {
        CommandError.MailSyntax => MailSyntax,
        CommandError.RcptSyntax => RcptSyntax,
        CommandError.ReversePathSyntax => ReversePathSyntax,
        CommandError.ForwardPathSyntax => ForwardPathSyntax,
        CommandError.ReversePathTooLong => ReversePathTooLong,
        CommandError.ForwardPathTooLong => ForwardPathTooLong,
        CommandError.ReversePathUnqualified => ReversePathUnqualified,
        CommandError.ForwardPathUnqualified => ForwardPathUnqualified,
        CommandError.ReversePathNeedsSmtpUtf8 => NeedsSmtpUtf8,
        CommandError.ParameterSyntax => ParameterSyntax,
        CommandError.ParameterUnknown => ParameterUnknown,
        CommandError.ParameterDuplicate => ParameterDuplicate,
        CommandError.SizeSyntax => SizeSyntax,
        CommandError.BodyUnknown => BodyUnknown,
        CommandError.BodyBinaryMime => BodyBinaryMime,
        CommandError.ReturnSyntax => ReturnSyntax,
        CommandError.EnvelopeIdSyntax => EnvelopeIdSyntax,
        CommandError.AuthSyntax => AuthSyntax,
        CommandError.NotifySyntax => NotifySyntax,
        CommandError.OriginalRecipientSyntax => OriginalRecipientSyntax,
        CommandError.BdatSyntax => BdatSyntax,
        CommandError.HelloMissing => EhloMissingDomain,
        CommandError.HelloSyntax => HelloSyntax,
        _ => throw new UnreachableException(),
    };
}
