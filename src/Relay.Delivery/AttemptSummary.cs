using Relay.Queue;
using Relay.Tls;

namespace Relay.Delivery;

/// <summary>One attempt to bring a message to one destination, as views that die with the call.</summary>
public readonly ref struct AttemptSummary
{
    public required QueueId Id { get; init; }

    /// <summary>Since the message was received.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>How long the attempt took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Attempts of the message before, at whatever destination.</summary>
    public required int Earlier { get; init; }

    /// <summary>
    /// As the summary names it; empty if what was kept of several is only told now, without an attempt.
    /// </summary>
    public required ReadOnlySpan<byte> Destination { get; init; }

    /// <summary>
    /// In Sendmail's words: <c>esmtp</c> by MX, <c>relay</c>, <c>lmtp</c>, or a route without a next hop.
    /// </summary>
    public required ReadOnlySpan<byte> Mailer { get; init; }

    /// <summary>The host that answered, <c>name [1.2.3.4]</c>; empty if none was reached.</summary>
    public ReadOnlySpan<byte> Peer { get; init; }

    /// <summary>Null without TLS.</summary>
    public TlsInfo? Tls { get; init; }

    public int Delivered { get; init; }

    public int Deferred { get; init; }

    /// <summary>Refused for good, or too old.</summary>
    public int Failed { get; init; }

    /// <summary>The worst outcome's reply code; 0 if it is our own finding.</summary>
    public int Code { get; init; }

    /// <summary>The worst outcome's reply, with its codes.</summary>
    public ReadOnlySpan<byte> Reply { get; init; }

    /// <summary>The message has left the queue.</summary>
    public bool IsLast { get; init; }
}
