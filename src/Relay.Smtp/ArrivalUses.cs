namespace Relay.Smtp;

/// <summary>
/// What the address that a message came in on is used for when it goes on. Stored in queues: values never change.
/// </summary>
[Flags]
public enum ArrivalUses : byte
{
    None = 0,

    /// <summary>Connections to the next hop are made from it (Sendmail: DaemonPortOptions, <c>M=b</c>).</summary>
    SourceAddress = 1,

    /// <summary>Its name is the one in EHLO (Sendmail: DaemonPortOptions, <c>M=h</c>).</summary>
    HelloName = 2,
}
