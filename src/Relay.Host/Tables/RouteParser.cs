using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Routing.Routes;

namespace Relay.Host.Tables;

/// <summary>
/// Reads a route as mailertable and <c>smartHost</c> write it: <c>smtp:[host]</c>, <c>smtp:[host]:port</c>,
/// <c>lmtp:[host]:port</c>, <c>lmtp:unix:/path</c>, or <c>[host]</c> alone for SMTP. <c>esmtp</c> and <c>relay</c> are
/// <c>smtp</c>: the relay always tries EHLO first.
/// </summary>
internal static class RouteParser
{
    public const string Expected =
        "smtp:[host], smtp:[1.2.3.4]:port, smtp:[IPv6:2001:db8::1], lmtp:[host]:port or lmtp:unix:/path";

    private const int SmtpPort = 25;

    /// <summary>RFC 2033 §5 forbids port 25; 24 is registered for private mail systems and used by Postfix.</summary>
    private const int LmtpPort = 24;

    /// <summary>sun_path holds 108 octets with its NUL.</summary>
    private const int UnixPathMax = 107;

    public static bool TryParse(string text, out Route route, out string error)
    {
        route = null!;
        if (!TryMailer(ref text, out RouteKind kind, out error))
        {
            return false;
        }

        if (kind == RouteKind.Lmtp && text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            return TryUnix(text["unix:".Length..], out route, out error);
        }

        int close = text.IndexOf(']', StringComparison.Ordinal);
        if (text.Length == 0 || text[0] != '[' || close < 0)
        {
            error = !text.Contains('/', StringComparison.Ordinal) && DomainName.TryNormalize(text.Split(':')[0], out _)
                ? $"\"{text}\" would need a look-up of its MX records, which this version does not do: write [{text}]"
                : $"\"{text}\" is not a host in brackets; expected {Expected}";
            return false;
        }

        int port = kind == RouteKind.Lmtp ? LmtpPort : SmtpPort;
        string rest = text[(close + 1)..];
        if (rest.Length > 0 && !TryPort(rest, out port))
        {
            error = $"\"{rest}\" is not a port; expected : and a number from 1 to 65535 behind the bracket";
            return false;
        }

        if (!TryHost(text[1..close], out string host))
        {
            error = $"\"{text[1..close]}\" is neither a host name nor an IP address";
            return false;
        }

        route = Create(kind, host, port);
        return true;
    }

    /// <summary>The route to one host, found by its address records or being an address.</summary>
    public static Route Create(RouteKind kind, string host, int port)
    {
        string mailer = kind == RouteKind.Lmtp ? "lmtp" : "smtp";
        string name = host.Contains(':', StringComparison.Ordinal)
            ? $"{mailer}:[IPv6:{host}]:{port}"
            : $"{mailer}:[{host}]:{port}";
        return new Route(kind, name, [new NextHop(host, port, UseMx: false, Preference: 0)]);
    }

    /// <summary>A host name, an IPv4 address, or an IPv6 address with or without <c>IPv6:</c> before it.</summary>
    public static bool TryHost(string text, out string host)
    {
        string address = text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? text["IPv6:".Length..] : text;
        bool looksLikeIPv4 = address.Length > 0 && address.All(static c => char.IsAsciiDigit(c) || c == '.');
        if (address.Contains(':', StringComparison.Ordinal))
        {
            bool isAddress = IPAddress.TryParse(address, out IPAddress? ipv6)
                && ipv6.AddressFamily == AddressFamily.InterNetworkV6
                && !address.AsSpan().ContainsAny("[]%");
            host = isAddress ? ipv6!.ToString() : string.Empty;
            return isAddress;
        }

        if (looksLikeIPv4)
        {
            host = address;
            return address.Split('.').Length == 4 && IPAddress.TryParse(address, out IPAddress? ipv4)
                && string.Equals(ipv4.ToString(), address, StringComparison.Ordinal);
        }

        return DomainName.TryNormalize(address, out host) && ReferenceEquals(address, text);
    }

    private static bool TryMailer(ref string text, out RouteKind kind, out string error)
    {
        kind = RouteKind.Smtp;
        error = string.Empty;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (text.StartsWith('[') || colon < 0)
        {
            return true;
        }

        string mailer = text[..colon].ToLowerInvariant();
        switch (mailer)
        {
            case "smtp" or "esmtp" or "relay":
                break;
            case "lmtp":
                kind = RouteKind.Lmtp;
                break;
            default:
                error = $"unknown mailer \"{mailer}\"; expected {Expected}";
                return false;
        }

        text = text[(colon + 1)..];
        return true;
    }

    private static bool TryUnix(string path, out Route route, out string error)
    {
        route = null!;
        error = string.Empty;
        if (!path.StartsWith('/') || path.Length > UnixPathMax)
        {
            error = $"\"{path}\" is not an absolute path of at most {UnixPathMax} characters";
            return false;
        }

        route = new Route(RouteKind.Lmtp, $"lmtp:unix:{path}", [new NextHop($"unix:{path}", 0, UseMx: false, 0)]);
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
