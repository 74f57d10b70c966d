namespace Relay.Smtp;

/// <summary>The RET parameter of MAIL (RFC 3461 §4.3). The values are persisted: append only.</summary>
public enum DsnReturn : byte
{
    Unspecified = 0,
    Full = 1,
    Headers = 2,
}
