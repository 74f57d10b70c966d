namespace Relay.Routing.Options;

/// <summary>When the checks of client and sender run (Sendmail: FEATURE(`delay_checks')).</summary>
public enum DelayChecks : byte
{
    /// <summary>Each at its own command.</summary>
    Off = 0,

    /// <summary>At RCPT, after the recipient has been checked.</summary>
    On,

    /// <summary>As <see cref="On"/>; recipients with <c>Spam:… FRIEND</c> are spared.</summary>
    Friend,

    /// <summary>As <see cref="On"/>, for recipients with <c>Spam:… HATER</c> only.</summary>
    Hater,
}
