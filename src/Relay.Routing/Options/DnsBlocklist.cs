namespace Relay.Routing.Options;

/// <summary>One list of unwanted clients in the DNS (Sendmail: FEATURE(`dnsbl') and FEATURE(`enhdnsbl')).</summary>
public sealed record DnsBlocklist
{
    /// <summary>The zone, e.g. <c>bl.example.org</c>.</summary>
    public required string Zone { get; init; }

    /// <summary>
    /// The refusal, e.g. <c>550 Mail from $&amp;{client_addr} refused</c>, or the word <c>discard</c> or
    /// <c>quarantine</c>; empty for Sendmail's <c>550 5.7.1 Rejected: address listed at zone</c>.
    /// </summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>
    /// What a temporary failure of the DNS gives: empty for nothing (the list is passed over), <c>t</c> for Sendmail's
    /// <c>451 4.4.3</c>, else the refusal.
    /// </summary>
    public string TemporaryText { get; init; } = string.Empty;

    /// <summary>The answers that count as listed; empty for any in 127.0.0.0/8.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];
}
