using System.Globalization;
using System.Net;
using Relay.Host.Tables;
using Relay.Routing.Routes;

namespace Relay.Host.Options;

/// <summary>Hosts as configured, the first one first.</summary>
internal sealed record NextHopsSetting(string Text, IReadOnlyList<NextHop> Hosts)
{
    public const string Expected =
        "hosts separated by commas in the order in which they are tried, each with or without a :port: backup.example "
        + "(its MX records count), [backup.example] or [192.0.2.1], or \"\" for none";

    private const int SmtpPort = 25;

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
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':');
        end = end < 0 ? text.Length : end;
        bool isBracketed = end > 1 && text[0] == '[';
        string name = isBracketed ? text[1..(end - 1)] : text[..end];
        int port = SmtpPort;
        if (!RouteParser.TryHost(name, out string found)
            || (!isBracketed && IPAddress.TryParse(found, out _))
            || (end < text.Length && !TryPort(text[end..], out port)))
        {
            return false;
        }

        host = new NextHop(found, port, UseMx: !isBracketed, preference);
        return true;
    }

    private static bool TryPort(string text, out int port)
    {
        port = 0;
        return text[0] == ':'
            && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is >= 1 and <= ushort.MaxValue;
    }
}
