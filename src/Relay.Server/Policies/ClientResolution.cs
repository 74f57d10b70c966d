namespace Relay.Server.Policies;

/// <summary>What reverse DNS with forward confirmation says of a client. Sendmail: <c>client_resolve</c>.</summary>
public enum ClientResolution : byte
{
    /// <summary>Nobody has asked the DNS.</summary>
    NotAsked = 0,

    /// <summary>OK: the name leads back to the address.</summary>
    Ok = 1,

    /// <summary>FAIL: there is no PTR record.</summary>
    Fail = 2,

    /// <summary>FORGED: the PTR record's name does not lead back to the address.</summary>
    Forged = 3,

    /// <summary>TEMP: the DNS did not answer.</summary>
    Temp = 4,
}
