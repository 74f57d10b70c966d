namespace Relay.Logging;

/// <summary>Where in the dialogue something was refused: Sendmail's rulesets.</summary>
public enum MailStage : byte
{
    None,

    /// <summary>The client as such. Sendmail: check_relay.</summary>
    Connect,

    /// <summary>MAIL. Sendmail: check_mail.</summary>
    Mail,

    /// <summary>RCPT. Sendmail: check_rcpt.</summary>
    Rcpt,

    /// <summary>The content, at or behind its end. Sendmail: check_eom.</summary>
    Content,
}
