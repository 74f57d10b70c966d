namespace Relay.Server;

/// <summary>
/// What is asked of clients and kept from them. Sendmail: option <c>PrivacyOptions</c>, in .mc files
/// <c>confPRIVACY_FLAGS</c>. Some are about local commands or notifications; reception only carries them.
/// </summary>
[Flags]
public enum PrivacyFlags : ushort
{
    /// <summary><c>public</c>: nothing is hidden.</summary>
    Public = 0,

    /// <summary><c>needmailhelo</c>: MAIL before HELO or EHLO is refused with 503.</summary>
    NeedMailHelo = 1,

    /// <summary><c>needvrfyhelo</c>: the same for VRFY.</summary>
    NeedVrfyHelo = 2,

    /// <summary><c>needexpnhelo</c>: the same for EXPN.</summary>
    NeedExpnHelo = 4,

    /// <summary><c>novrfy</c>: VRFY tells nothing.</summary>
    NoVrfy = 8,

    /// <summary><c>noexpn</c>: EXPN is refused; implies <see cref="NoVerb"/>.</summary>
    NoExpn = 16,

    /// <summary><c>noverb</c>: VERB is refused.</summary>
    NoVerb = 32,

    /// <summary><c>noetrn</c>: ETRN is refused.</summary>
    NoEtrn = 64,

    /// <summary><c>authwarnings</c>: doubts about a message's origin go into a field of their own.</summary>
    AuthWarnings = 128,

    /// <summary><c>noreceipts</c>: no notification of success; DSN is not offered.</summary>
    NoReceipts = 256,

    /// <summary><c>nobodyreturn</c>: notifications return the header section only.</summary>
    NoBodyReturn = 512,

    /// <summary><c>restrictmailq</c>: only the administrator lists the queue.</summary>
    RestrictMailq = 1024,

    /// <summary><c>restrictqrun</c>: only the administrator runs the queue; nobody else ever may.</summary>
    RestrictQrun = 2048,

    /// <summary><c>restrictexpand</c>: only trusted users see the delivery of their mail (<c>-v</c>).</summary>
    RestrictExpand = 4096,

    /// <summary><c>noactualrecipient</c>: notifications have no X-Actual-Recipient field.</summary>
    NoActualRecipient = 8192,

    /// <summary>
    /// <c>goaway</c>: everything but noreceipts, restrictmailq, restrictqrun, restrictexpand, noetrn, nobodyreturn.
    /// </summary>
    GoAway = NeedMailHelo | NeedVrfyHelo | NeedExpnHelo | NoVrfy | NoExpn | NoVerb | AuthWarnings | NoActualRecipient,
}
