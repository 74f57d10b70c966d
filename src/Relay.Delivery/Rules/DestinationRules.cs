using System.Collections.Concurrent;
using System.Globalization;
using Relay.Routing.Routes;

namespace Relay.Delivery.Rules;

/// <summary>
/// The rules about destinations in force. For each limit the most precise rule that sets it counts: a destination by
/// its name, a recipient domain or next hop, an MX host, then all; of equally precise ones the first. Immutable but for
/// what it remembers; thread-safe.
/// </summary>
internal sealed class DestinationRules
{
    private const int RememberedMax = 10_000;
    private const string DefaultOrigin = "default";

    private readonly DeliveryOptions _options;
    private readonly List<(DestinationPattern Pattern, DestinationRule Rule)> _byPrecedence;
    private readonly ConcurrentDictionary<string, DestinationLimits> _byMatch = new(StringComparer.Ordinal);
    private readonly bool _hasDomains;

    public DestinationRules(DeliveryOptions options)
    {
        _options = options;
        _byPrecedence =
        [
            .. options.DestinationRules
                .SelectMany(static rule => rule.Patterns.Select(pattern => (pattern, rule)))
                .OrderByDescending(static r => r.pattern.Precedence),
        ];
        _hasDomains = _byPrecedence.Exists(static r => r.Pattern.IsDomain);
        Replies = new ReplyRules(options);
    }

    public ReplyRules Replies { get; }

    /// <summary>
    /// The pattern that keeps the mail of a recipient domain (in ASCII form) apart from that of others with the same
    /// mail hosts; null for none.
    /// </summary>
    public DestinationPattern? DomainRule(string domain) =>
        _hasDomains ? _byPrecedence.Find(r => r.Pattern.MatchesDomain(domain)).Pattern : null;

    /// <summary>What holds for the destination of a route whose hosts need no look-up.</summary>
    public DestinationLimits For(Route route)
    {
        if (_byPrecedence.Count == 0)
        {
            return _byMatch.GetOrAdd(string.Empty, static (_, rules) => rules.Combine([]), this);
        }

        var matching = new List<int>();
        for (int i = 0; i < _byPrecedence.Count; i++)
        {
            if (_byPrecedence[i].Pattern.Matches(route))
            {
                matching.Add(i);
            }
        }

        if (_byMatch.Count >= RememberedMax)
        {
            _byMatch.Clear();
        }

        return _byMatch.GetOrAdd(string.Join(',', matching), _ => Combine(matching));
    }

    private static string Number(int value) =>
        value == 0 ? "without limit" : value.ToString(CultureInfo.InvariantCulture);

    private static string Or(string text, string none) => text.Length == 0 ? none : text;

    private DestinationLimits Combine(List<int> matching)
    {
        var explanation = new List<(string, string, string)>();
        T Pick<T>(string name, Func<DestinationRule, T?> get, T fallback, Func<T, string> write, string key)
            where T : class
        {
            foreach (int i in matching)
            {
                (DestinationPattern pattern, DestinationRule rule) = _byPrecedence[i];
                if (get(rule) is { } value)
                {
                    explanation.Add((name, write(value), $"{rule.Origin}, match \"{pattern}\""));
                    return value;
                }
            }

            explanation.Add((name, write(fallback), key.Length == 0 ? DefaultOrigin : $"{DefaultOrigin} ({key})"));
            return fallback;
        }

        int PickNumber(string name, Func<DestinationRule, int?> get, int fallback, string key) => (int)Pick(
            name, rule => get(rule) is { } n ? (object)n : null, (object)fallback, static v => Number((int)v), key);

        return new DestinationLimits
        {
            Connections = PickNumber(
                "connections", static r => r.Connections, Math.Max(1, _options.ConnectionsPerDestinationMax),
                "delivery.connectionsPerDestinationMax"),
            MessagesPerConnection = PickNumber(
                "messagesPerConnection", static r => r.MessagesPerConnection, _options.MessagesPerConnectionMax,
                "delivery.messagesPerConnectionMax"),
            RecipientsPerTransaction = PickNumber(
                "recipientsPerTransaction", static r => r.RecipientsPerTransaction,
                Math.Max(1, _options.RecipientsPerTransactionMax), "delivery.recipientsPerTransactionMax"),
            Rates = Pick(
                "rate", static r => r.Rates, [], static v => Or(SendRate.Write(v), "without limit"), string.Empty),
            ConnectRates = Pick(
                "connectRate", static r => r.ConnectRates, [],
                static v => Or(SendRate.Write(v), "without limit"), string.Empty),
            Sources = Pick(
                "sources", static r => r.Sources, SourcePool.Any,
                static v => Or(v.ToString(), "the system's choice"), string.Empty),
            Explanation = explanation,
        };
    }
}
