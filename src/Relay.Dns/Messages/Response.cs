namespace Relay.Dns.Messages;

/// <summary>A response as read.</summary>
/// <param name="Answer">With <see cref="ResponseKind.Answer"/>, unless the chain goes on.</param>
/// <param name="Ttl">Seconds to keep it; negative if it must not be kept.</param>
/// <param name="Next">Where the CNAME chain goes on, in wire form; ask for that name.</param>
/// <param name="Hops">CNAMEs followed.</param>
/// <param name="IsAuthentic">AD; with a chain that goes on it holds for this part.</param>
internal readonly record struct Response(
    ResponseKind Kind,
    DnsAnswer? Answer = null,
    long Ttl = -1,
    byte[]? Next = null,
    int Hops = 0,
    bool IsAuthentic = false);
