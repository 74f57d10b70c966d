namespace Relay.Server;

/// <summary>What happens to a message whose content holds a bare CR or LF. It never passes.</summary>
public enum BareLineEndingAction
{
    /// <summary>The content is read to its end, then refused with 554 5.6.0; the session lives on.</summary>
    Refuse = 0,

    /// <summary>
    /// The content is read to its end, then 421 4.5.0 as Sendmail 8.18 says it, and the session ends.
    /// </summary>
    Disconnect = 1,
}
