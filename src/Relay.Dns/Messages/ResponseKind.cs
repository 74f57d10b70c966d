namespace Relay.Dns.Messages;

/// <summary>What a datagram or message that came from a name server is worth.</summary>
internal enum ResponseKind : byte
{
    /// <summary>No response to our question: wrong id, question, opcode, no response at all. To be ignored.</summary>
    Foreign,

    /// <summary>Ours but for the case of the name: a server that does not keep it, or somebody who guessed.</summary>
    WrongCase,

    /// <summary>TC: ask again by TCP.</summary>
    Truncated,

    /// <summary>FORMERR or NOTIMP: the server may not know EDNS0 (RFC 6891 §7).</summary>
    FormatError,

    /// <summary>SERVFAIL, REFUSED, nonsense, or a server that knows nothing of the name (lame).</summary>
    ServerFailure,

    /// <summary>No response in time, or no server there.</summary>
    Unreachable,

    /// <summary>An answer, positive or negative, or a part of a CNAME chain.</summary>
    Answer,
}
