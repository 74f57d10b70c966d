namespace Relay.Smtp;

/// <summary>The NOTIFY parameter of RCPT (RFC 3461 §4.1). The values are persisted: append only.</summary>
[Flags]
public enum DsnNotify : byte
{
    /// <summary>No NOTIFY parameter was given: the relay reports failures (RFC 3461 §4.1).</summary>
    Unspecified = 0,

    /// <summary>NOTIFY=NEVER; excludes all others.</summary>
    Never = 1,

    Success = 2,
    Failure = 4,
    Delay = 8,
}
