namespace Relay.Dns;

/// <summary>What an answer says.</summary>
public enum DnsStatus
{
    /// <summary>There are records of the type.</summary>
    Found = 0,

    /// <summary>The name exists, without records of the type (RFC 2308 §2.2). Final.</summary>
    NoData = 1,

    /// <summary>The name does not exist (RFC 2308 §2.1). Final.</summary>
    NameError = 2,

    /// <summary>Time-out, SERVFAIL, REFUSED, no usable answer: ask again later. Never final.</summary>
    TemporaryFailure = 3,
}
