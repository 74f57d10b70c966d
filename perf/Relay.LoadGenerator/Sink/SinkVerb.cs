namespace Relay.LoadGenerator.Sink;

/// <summary>Commands the sink knows.</summary>
internal enum SinkVerb : byte
{
    Unknown,
    Ehlo,
    Helo,
    Lhlo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Quit,
}
