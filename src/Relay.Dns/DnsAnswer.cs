using System.Net;

namespace Relay.Dns;

/// <summary>The answer to one question. Immutable, shared by all who ask.</summary>
public sealed class DnsAnswer
{
    public required DnsStatus Status { get; init; }

    /// <summary>The name at the end of the CNAME chain, without a dot at its end; the name asked for if none.</summary>
    public required string CanonicalName { get; init; }

    /// <summary>The server said that the answer is authentic (AD, RFC 4035 §3.2.3).</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>A and AAAA.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>MX, in the order of the answer.</summary>
    public IReadOnlyList<MxRecord> Exchanges { get; init; } = [];

    /// <summary>PTR and CNAME targets, without a dot at their end.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>TXT: the strings of each record joined; TLSA: the record's data.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Data { get; init; } = [];
}
