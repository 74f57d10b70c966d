namespace Relay.Server.Policies;

/// <summary>The answers that RFC 1985 §5 gives to ETRN.</summary>
public enum EtrnResult
{
    /// <summary>250: delivery was started.</summary>
    Started = 0,

    /// <summary>458: the queue cannot do it now.</summary>
    Unable = 1,

    /// <summary>459: not for this client or not for this domain.</summary>
    NotAllowed = 2,
}
