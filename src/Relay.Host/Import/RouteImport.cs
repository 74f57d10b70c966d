using System.Globalization;
using System.Text.RegularExpressions;

namespace Relay.Host.Import;

/// <summary>Next hops: SMART_HOST and its like (Sendmail: cf/README, MAIL_HUB and LOCAL_RELAY).</summary>
internal static partial class RouteImport
{
    public static void SmartHost(ImportReport report, Statement statement) => Set(report, statement, "smartHost");

    public static void FallbackSmartHost(ImportReport report, Statement statement) =>
        Set(report, statement, "routes.fallbackSmartHost");

    public static void MailHub(ImportReport report, Statement statement) => Set(report, statement, "routes.mailHub");

    public static void LocalRelay(ImportReport report, Statement statement) =>
        Set(report, statement, "routes.localRelay");

    public static void LuserRelay(ImportReport report, Statement statement) =>
        Set(report, statement, "routes.luserRelay");

    /// <summary>FEATURE(`nullclient', `hub'): everything goes to the hub.</summary>
    public static void NullClient(ImportReport report, Statement statement) => Set(report, statement, "smartHost");

    /// <summary><c>TCP $h 587</c>: the port of hosts that the mailer relay connects to.</summary>
    public static void RelayArguments(ImportReport report, Statement statement)
    {
        Match match = TcpPort().Match(statement.Argument(0));
        if (match.Success)
        {
            report.RelayPort = (statement, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        else
        {
            report.Refuse(statement, "only a port, as in `TCP $h 587', can be taken over");
        }
    }

    public static void Set(ImportReport report, Statement statement, string key)
    {
        string value = statement.Argument(0);
        if (value.Length == 0)
        {
            report.BuiltIn(statement, "empty: none");
            return;
        }

        report.Set(statement, key, WithMailer(value));
    }

    public static void Finish(ImportReport report)
    {
        bool hasHub = report.Has("routes.mailHub") || report.Has("routes.localRelay") || report.Has("routes.luserRelay");
        if (hasHub && !report.Has("routes.stickyHost") && report.TrySet("routes.hubRewritesDomain", "true", out _))
        {
            report.Comment(
                "routes.hubRewritesDomain",
                "no FEATURE(`stickyhost'): Sendmail sends to user@hub; false keeps the domain");
        }

        if (report.RelayPort is not ({ } statement, int port))
        {
            return;
        }

        string? smartHost = report.Get("smartHost")?.Trim('"');
        if (smartHost is null || !IsOneHost(smartHost))
        {
            report.Refuse(
                statement, $"port {port} needs one smart host: \"smartHost\": \"smtp:[host]:{port}\"");
        }
        else if (port == 25)
        {
            report.BuiltIn(statement, "port 25 is the default");
        }
        else
        {
            report.Set(statement, "smartHost", $"{smartHost}:{port}");
        }
    }

    /// <summary><c>smtp:name</c> or <c>smtp:[name]</c>, no list and no port.</summary>
    private static bool IsOneHost(string target)
    {
        const string mailer = "smtp:";
        string host = target.StartsWith(mailer, StringComparison.Ordinal) ? target[mailer.Length..] : string.Empty;
        return host.StartsWith('[')
            ? host.IndexOf(']', StringComparison.Ordinal) == host.Length - 1
            : host.Length > 0 && !host.AsSpan().ContainsAny(':', ',');
    }

    /// <summary>All of Sendmail's SMTP mailers are one here.</summary>
    private static string WithMailer(string value)
    {
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        string mailer = colon > 0 && !value.StartsWith('[') ? value[..colon] : string.Empty;
        return mailer switch
        {
            "relay" or "esmtp" or "smtp8" or "dsmtp" => $"smtp:{value[(colon + 1)..]}",
            "smtp" or "lmtp" or "local" or "error" or "discard" => value,
            _ => $"smtp:{value}",
        };
    }

    [GeneratedRegex(@"^(?:TCP|IPC) \$h (\d{1,5})$", RegexOptions.CultureInvariant)]
    private static partial Regex TcpPort();
}
