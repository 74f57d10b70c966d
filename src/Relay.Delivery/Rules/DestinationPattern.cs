using System.Net;
using Relay.Delivery.Routing;
using Relay.Routing.Routes;

namespace Relay.Delivery.Rules;

/// <summary>
/// Which destinations a rule is for: <c>*</c>, all; <c>example.org</c>, the recipient domain, or the host that a route
/// names; <c>*.example.org</c>, those below it; <c>mx:mx1.example.org</c> and <c>mx:*.example.org</c>, every domain
/// with such a host among its best; <c>[192.0.2.1]</c>, a next hop by its address; and any name that the log and the
/// summary print, such as <c>smtp:[192.0.2.1]:25</c>. Case does not count. Immutable.
/// </summary>
public sealed class DestinationPattern
{
    public const string Expected =
        "* for all, a recipient domain or next hop such as example.org or *.example.org, an MX host such as "
        + "mx:mx1.example.org or mx:*.example.org, an address such as [192.0.2.1], or a destination as the summary "
        + "names it, such as smtp:[192.0.2.1]:25";

    private const string MxPrefix = "mx:";
    private const int LengthMax = 300;

    private readonly Kind _kind;
    private readonly string _name;
    private readonly bool _isBelow;

    private DestinationPattern(string text, Kind kind, string name, bool isBelow)
    {
        Text = text;
        _kind = kind;
        _name = name;
        _isBelow = isBelow;
    }

    /// <summary>In order of precedence, the last one first.</summary>
    private enum Kind : byte
    {
        All,
        Exchange,
        Host,
        Destination,
    }

    public static DestinationPattern All { get; } = new("*", Kind.All, string.Empty, false);

    /// <summary>As it was written, in lower case.</summary>
    public string Text { get; }

    /// <summary>It is for a recipient domain of its own, which then is a destination of its own.</summary>
    public bool IsDomain => _kind == Kind.Host && !_name.StartsWith('[');

    /// <summary>It is for one recipient domain alone.</summary>
    public bool IsExactDomain => IsDomain && !_isBelow;

    /// <summary>It is for a destination by its name.</summary>
    public bool IsDestination => _kind == Kind.Destination;

    /// <summary>Of two patterns that match, the one with the higher value counts.</summary>
    public int Precedence => ((int)_kind * 10_000) + (_isBelow ? 0 : 5_000) + _name.Length;

    public static bool TryParse(string text, out DestinationPattern pattern)
    {
        pattern = All;
        text = text.Trim().ToLowerInvariant();
        if (text == "*")
        {
            return true;
        }

        if (text.Length is 0 or > LengthMax || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        bool isMx = text.StartsWith(MxPrefix, StringComparison.Ordinal);
        string name = isMx ? text[MxPrefix.Length..] : text;
        if (name.AsSpan().ContainsAny(",:/|#") && !name.StartsWith("[ipv6:", StringComparison.Ordinal))
        {
            pattern = new DestinationPattern(text, Kind.Destination, text, isBelow: false);
            return text.Contains(':', StringComparison.Ordinal);
        }

        bool isBelow = name.StartsWith("*.", StringComparison.Ordinal);
        name = isBelow ? name[1..] : name;
        pattern = new DestinationPattern(text, isMx ? Kind.Exchange : Kind.Host, name, isBelow);
        return IsAddress(name, isMx || isBelow) || IsName(isBelow ? name[1..] : name);
    }

    /// <summary>True if it is for a recipient domain (in ASCII form).</summary>
    public bool MatchesDomain(string domain) => IsDomain && MatchesName(domain);

    /// <summary>True if it is for the destination that serves the route, whose hosts need no look-up.</summary>
    public bool Matches(Route route) => _kind switch
    {
        Kind.All => true,
        Kind.Destination => string.Equals(route.Name, _name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(SiteName.SiteOf(route.Name), _name, StringComparison.OrdinalIgnoreCase),
        Kind.Exchange => route.IsMxRoute && MatchesBestHost(route),
        _ when route.IsMxRoute => SiteName.RuleOf(route.Name) is { Length: > 0 } domain && MatchesName(domain),
        _ => MatchesNamedHost(route),
    };

    public override string ToString() => Text;

    private static bool IsAddress(string name, bool isRefused)
    {
        if (isRefused || name is not ['[', .., ']'])
        {
            return false;
        }

        string inner = name[1..^1];
        inner = inner.StartsWith("ipv6:", StringComparison.Ordinal) ? inner["ipv6:".Length..] : inner;
        return IPAddress.TryParse(inner, out _) || IsName(inner);
    }

    private static bool IsName(string name) =>
        name.Length > 0 && name.Split('.').All(static label => label.Length is > 0 and <= 63
            && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    private bool MatchesName(string name) => _isBelow
        ? name.EndsWith(_name, StringComparison.OrdinalIgnoreCase) && name.Length > _name.Length
        : string.Equals(name, _name, StringComparison.OrdinalIgnoreCase);

    private bool MatchesBestHost(Route route)
    {
        foreach (NextHop host in route.Hosts)
        {
            if (host.Preference == route.Hosts[0].Preference && MatchesName(host.Host))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The hosts as the administrator named them, which the name of the destination keeps.</summary>
    private bool MatchesNamedHost(Route route)
    {
        string names = route.Name;
        for (int at = names.IndexOf(':', StringComparison.Ordinal) + 1; at > 0 && at < names.Length;)
        {
            int close = names[at] == '[' ? names.IndexOf(']', at) : -1;
            int end = close >= 0 ? close + 1 : names.AsSpan(at).IndexOfAny(':', ',') is >= 0 and int n ? at + n : -1;
            end = end < 0 ? names.Length : end;
            if (MatchesName(names[at..end]))
            {
                return true;
            }

            at = end + 1; // a port is a name that no pattern has
        }

        return false;
    }
}
