using System.Net;
using Relay.Routing.Routes;
using Relay.Tables.Mailer;

namespace Relay.Host.Options;

/// <summary>Hosts as configured, the first one first.</summary>
internal sealed record NextHopsSetting(string Text, IReadOnlyList<NextHop> Hosts)
{
    public const string Expected =
        "hosts separated by commas in the order in which they are tried, each with or without a :port: backup.example "
        + "(its MX records count), [backup.example] or [192.0.2.1], or \"\" for none";

    public static NextHopsSetting None { get; } = new(string.Empty, []);

    public static bool TryParse(string text, out NextHopsSetting value)
    {
        value = None;
        if (text.Trim().Length == 0)
        {
            return true;
        }

        var hosts = new List<NextHop>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryHost(part, hosts.Count, out NextHop? host))
            {
                return false;
            }

            hosts.Add(host!);
        }

        value = new NextHopsSetting(text, hosts);
        return true;
    }

    private static bool TryHost(string text, int preference, out NextHop? host)
    {
        host = null;
        if (text.Length == 0 || !MailerTargetParser.TryParse($"smtp:{text}", out MailerTarget target, out _)
            || target is not { User: null, Hosts: [var only] }
            || (!text.StartsWith('[') && IPAddress.TryParse(only.Host, out _)))
        {
            return false;
        }

        host = new NextHop(only.Host, only.Port, only.UseMx, preference);
        return true;
    }
}
