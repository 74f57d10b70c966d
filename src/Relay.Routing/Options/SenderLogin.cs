namespace Relay.Routing.Options;

/// <summary>Who may send by which address (Postfix: reject_sender_login_mismatch and its parts).</summary>
public enum SenderLogin : byte
{
    /// <summary>Everybody by every one.</summary>
    Off = 0,

    /// <summary>Who has authenticated, by his own ones only, as <c>senderlogin</c> has them.</summary>
    Authenticated,

    /// <summary>Those of <c>senderlogin</c> belong to their owners alone; all others to everybody.</summary>
    Known,

    /// <summary>Both.</summary>
    All,
}
