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

    /// <param name="hosts">By preference.</param>
    public static string Of(IReadOnlyList<NextHop> hosts)
    {
        var name = new StringBuilder("mx");
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
        return $"{whole[..KeptLength]}~{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
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

    private static string Text(NextHop host)
    {
        string name = host.IsExchange ? host.Host.ToLowerInvariant() : $"[{host.Host.ToLowerInvariant()}]";
        return host.Port == SmtpPort ? name : string.Create(CultureInfo.InvariantCulture, $"{name}/{host.Port}");
    }
}
