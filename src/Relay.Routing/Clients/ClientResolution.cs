namespace Relay.Routing.Clients;

/// <summary>What came of resolving a client's address (Sendmail: <c>client_resolve</c>).</summary>
public enum ClientResolution : byte
{
    /// <summary>The address has a name, and the name has the address.</summary>
    Ok = 0,

    /// <summary>The address has no name.</summary>
    Fail,

    /// <summary>The name does not have the address.</summary>
    Forged,

    /// <summary>The DNS could not say for now.</summary>
    Temp,
}
