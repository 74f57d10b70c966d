namespace Relay.Tables.Access;

/// <summary>What the right-hand side of an access entry says.</summary>
public enum AccessValueKind : byte
{
    /// <summary>No value: there was no hit.</summary>
    None = 0,

    Ok,
    Relay,
    Reject,
    Discard,

    /// <summary>Ends the walk: as if nothing had been found.</summary>
    Skip,

    /// <summary>Accept and hold; the text is the reason.</summary>
    Quarantine,

    /// <summary><c>ERROR:…</c>, a bare <c>550 text</c>, or text without a code.</summary>
    Error,

    /// <summary>Tag <c>Spam:</c>: this recipient's mail is not checked.</summary>
    Friend,

    /// <summary>Tag <c>Spam:</c>: this recipient's mail is checked.</summary>
    Hater,

    /// <summary>A number, for <c>GreetPause:</c>, <c>ClientRate:</c> and <c>ClientConn:</c>.</summary>
    Number,

    /// <summary>Tag <c>CERTISSUER:</c>: the certificate's subject decides.</summary>
    Subject,

    /// <summary>The text as it stands: <c>TLS_*</c>, <c>AuthInfo:</c>, <c>Srv_Features:</c>…</summary>
    Raw,
}
