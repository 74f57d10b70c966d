namespace Relay.Tables.Mailer;

/// <summary>The mailers that a target can name.</summary>
public enum MailerKind : byte
{
    /// <summary><c>smtp</c>, <c>esmtp</c>, <c>smtp8</c>, <c>dsmtp</c>, <c>relay</c>: all are ESMTP here.</summary>
    Smtp,

    /// <summary>LMTP (RFC 2033).</summary>
    Lmtp,

    /// <summary>Deliver locally, to the same user or the one named.</summary>
    Local,

    /// <summary>Refuse.</summary>
    Error,

    /// <summary>Accept and drop.</summary>
    Discard,
}
