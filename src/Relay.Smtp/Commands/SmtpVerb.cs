namespace Relay.Smtp.Commands;

/// <summary>The verb that begins a command line (RFC 5321 §4.1.1 and the extensions').</summary>
public enum SmtpVerb : byte
{
    Unknown = 0,
    Ehlo,
    Helo,
    Lhlo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Etrn,
    Verb,
    Quit,
    StartTls,
    Auth,

    /// <summary>Postfix: XCLIENT_README.</summary>
    Xclient,

    /// <summary>The first word of another protocol's request: an HTTP method, or USER.</summary>
    Http,
}
