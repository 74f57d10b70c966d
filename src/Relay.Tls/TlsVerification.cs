namespace Relay.Tls;

/// <summary>What came of verifying the peer's certificate. Sendmail: the values of <c>${verify}</c>.</summary>
public enum TlsVerification : byte
{
    /// <summary>STARTTLS was not performed.</summary>
    None = 0,

    /// <summary>The certificate is valid, from an authority that is trusted, and of the peer's name.</summary>
    Ok = 1,

    /// <summary>The peer presented no certificate.</summary>
    No = 2,

    /// <summary>No certificate was asked for.</summary>
    Not = 3,

    /// <summary>A certificate was presented and could not be verified.</summary>
    Fail = 4,

    /// <summary>The peer answered STARTTLS with a temporary failure.</summary>
    Temp = 5,

    /// <summary>The peer refused STARTTLS or did not keep to the protocol.</summary>
    Protocol = 6,

    /// <summary>The handshake failed.</summary>
    Software = 7,

    /// <summary>
    /// STARTTLS was offered, but is not used: switched off here, or given up after a failed handshake.
    /// </summary>
    Clear = 8,
}
