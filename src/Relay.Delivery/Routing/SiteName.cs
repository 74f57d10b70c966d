using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Relay.Routing.Routes;

namespace Relay.Delivery.Routing;

/// <summary>
/// Names a site by its hosts, so that all domains with the same hosts are one destination, with one queue and one set
/// of connections and limits. Written like a list of mailertable's: a comma between equal hosts, a colon before worse
/// ones.
/// </summary>
internal static class SiteName
{
    private const int SmtpPort = 25;
    private const int LengthMax = 200;
    private const int KeptLength = 160;
    private const char RuleMark = '#';
    private const char CutMark = '~';
    private const string Prefix = "mx";

    /// <param name="hosts">By preference.</param>
    public static string Of(IReadOnlyList<NextHop> hosts)
    {
        var name = new StringBuilder(Prefix);
        int last = -1;
        foreach (NextHop host in hosts.OrderBy(static h => h.Preference).ThenBy(Text, StringComparer.Ordinal))
        {
            name.Append(host.Preference == last ? ',' : ':').Append(Text(host));
            last = host.Preference;
        }

        string whole = name.ToString();
        if (whole.Length <= LengthMax)
        {
            return whole;
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(whole));
        return $"{whole[..KeptLength]}{CutMark}{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    /// <summary>The hosts that a site's name tells; of a long name not all.</summary>
    public static IReadOnlyList<NextHop> HostsOf(string name)
    {
        string names = SiteOf(name)[(Prefix.Length + 1)..];
        int cut = names.IndexOf(CutMark, StringComparison.Ordinal);
        names = cut < 0 ? names : names[..cut];
        var hosts = new List<NextHop>();
        int preference = 0;
        for (int at = 0; at < names.Length;)
        {
            int close = names[at] == '[' ? names.IndexOf(']', at) : -1;
            int length = names.AsSpan(Math.Max(close, at)).IndexOfAny(',', ':');
            int end = length < 0 ? names.Length : Math.Max(close, at) + length;
            hosts.Add(HostOf(names[at..end], preference));
            preference += end < names.Length && names[end] == ':' ? 1 : 0;
            at = end + 1;
        }

        return hosts;
    }

    /// <summary>
    /// Names the part of a site that a rule for recipient domains keeps apart, as it has limits of its own.
    /// </summary>
    public static string Split(string site, string rule) => $"{site}{RuleMark}{rule}";

    /// <summary>The name without the rule.</summary>
    public static string SiteOf(string name) =>
        name.IndexOf(RuleMark) is >= 0 and int mark ? name[..mark] : name;

    /// <summary>The rule for recipient domains that keeps the destination apart; empty for none.</summary>
    public static string RuleOf(string name) =>
        name.IndexOf(RuleMark) is >= 0 and int mark ? name[(mark + 1)..] : string.Empty;

    private static NextHop HostOf(string text, int preference)
    {
        int slash = text.LastIndexOf('/');
        int port = SmtpPort;
        bool hasPort = slash >= 0
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
        string name = hasPort ? text[..slash] : text;
        bool isNamed = name is ['[', .., ']'];
        return new NextHop(isNamed ? name[1..^1] : name, hasPort ? port : SmtpPort, UseMx: false, preference)
        {
            IsExchange = !isNamed,
        };
    }

    private static string Text(NextHop host)
    {
        string name = host.IsExchange ? host.Host.ToLowerInvariant() : $"[{host.Host.ToLowerInvariant()}]";
        return host.Port == SmtpPort ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{host.Port}");
    }
}
