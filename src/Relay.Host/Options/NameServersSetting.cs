using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Options;

/// <summary>The name servers as written.</summary>
/// <param name="Servers">Those written without a port have port 0.</param>
internal sealed record NameServersSetting(string Text, IReadOnlyList<IPEndPoint> Servers)
{
    public const string Expected =
        "addresses separated by commas, such as 192.0.2.53, 127.0.0.1:5353 or [2001:db8::53]:53, or \"\" for those of "
        + "resolv.conf";

    public static NameServersSetting None { get; } = new(string.Empty, []);

    public static bool TryParse(string text, out NameServersSetting value)
    {
        value = None;
        if (text.Trim().Length == 0)
        {
            return true;
        }

        var servers = new List<IPEndPoint>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryServer(part, out IPEndPoint? server))
            {
                return false;
            }

            servers.Add(server!);
        }

        value = new NameServersSetting(text, servers);
        return true;
    }

    private static bool TryServer(string text, out IPEndPoint? server)
    {
        server = null;
        string address = text;
        string port = "0";
        int bracket = text.IndexOf(']', StringComparison.Ordinal);
        if (text.StartsWith('[') && bracket > 0)
        {
            address = text[1..bracket];
            string rest = text[(bracket + 1)..];
            if (rest.Length > 0 && rest[0] != ':')
            {
                return false;
            }

            port = rest.Length > 0 ? rest[1..] : port;
        }
        else if (text.Count(static c => c == ':') == 1)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            (address, port) = (text[..colon], text[(colon + 1)..]);
        }

        if (!IPAddress.TryParse(address, out IPAddress? parsed)
            || (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != address)
            || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
        {
            return false;
        }

        server = new IPEndPoint(parsed, number);
        return true;
    }
}
