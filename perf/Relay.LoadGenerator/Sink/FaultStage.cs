namespace Relay.LoadGenerator.Sink;

/// <summary>The point of the dialogue at which a fault strikes.</summary>
public enum FaultStage
{
    /// <summary>The greeting, when a client connects.</summary>
    Banner,

    /// <summary>EHLO, HELO, LHLO.</summary>
    Ehlo,
    Mail,
    Rcpt,

    /// <summary>The DATA command; BDAT has none.</summary>
    Data,

    /// <summary>The first octets of content.</summary>
    Content,

    /// <summary>The end of data, or the last BDAT chunk.</summary>
    Dot,
    Rset,
    Quit,

    /// <summary>Number of stages.</summary>
    Count,
}
