namespace Relay.Smtp.Replies;

/// <summary>The extensions that a server offers (RFC 5321 §4.1.1.1) and that this relay knows.</summary>
[Flags]
public enum EhloKeywords
{
    None = 0,

    /// <summary>RFC 2920.</summary>
    Pipelining = 1,

    /// <summary>RFC 1870.</summary>
    Size = 2,

    /// <summary>RFC 6152.</summary>
    EightBitMime = 4,

    /// <summary>RFC 6531.</summary>
    SmtpUtf8 = 8,

    /// <summary>RFC 2034.</summary>
    EnhancedStatusCodes = 16,

    /// <summary>RFC 3030.</summary>
    Chunking = 32,

    /// <summary>RFC 3030.</summary>
    BinaryMime = 64,

    /// <summary>RFC 3461.</summary>
    Dsn = 128,

    /// <summary>RFC 3207.</summary>
    StartTls = 256,

    /// <summary>RFC 4954.</summary>
    Auth = 512,

    /// <summary>RFC 1985.</summary>
    Etrn = 1024,

    /// <summary>RFC 9422.</summary>
    Limits = 2048,
}
