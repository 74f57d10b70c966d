namespace Relay.Server.Sessions;

/// <summary>What not every session is offered in the answer to EHLO.</summary>
[Flags]
internal enum EhloOffer : byte
{
    None = 0,

    /// <summary>RFC 1985.</summary>
    Etrn = 1,

    /// <summary>RFC 3207: there is a certificate, and TLS is not active yet.</summary>
    StartTls = 2,
}
