using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Tables.Mailer;

/// <summary>
/// Reads a target. Hosts: <c>name</c> (its MX records are asked), <c>[name]</c>, <c>[1.2.3.4]</c>,
/// <c>[IPv6:2001:db8::1]</c>, lists <c>h1:h2</c> in order and <c>h1,h2</c> as equals; behind a host <c>:port</c>, which
/// is ours. <c>lmtp:unix:/path</c> is a socket. (Sendmail: cf/README, "Using mailertables", ruleset MailerToTriple.)
/// </summary>
public static class MailerTargetParser
{
    /// <summary>For messages.</summary>
    public const string Expected =
        "smtp:host, smtp:[host]:port, smtp:[1.2.3.4], smtp:[IPv6:2001:db8::1], lists h1:h2 or h1,h2, "
        + "lmtp:[host]:port, lmtp:unix:/path, local:, local:user, discard:, error:550 text or error:D.S.N:550 text";

    private const int SmtpPort = 25;

    /// <summary>RFC 2033 §5 forbids port 25; 24 is registered for private mail systems and used by Postfix.</summary>
    private const int LmtpPort = 24;

    /// <summary>sun_path holds 108 octets with its NUL.</summary>
    private const int UnixPathMax = 107;

    public static bool TryParse(string text, out MailerTarget target, out string error)
    {
        target = null!;
        text = text.Trim();
        if (!TryMailer(text, out MailerKind kind, out string rest, out error))
        {
            return false;
        }

        switch (kind)
        {
            case MailerKind.Error:
                return TryError(rest, out target, out error);
            case MailerKind.Discard:
                target = new MailerTarget(kind, []) { Name = "discard:" };
                return true;
            case MailerKind.Local:
                target = new MailerTarget(kind, []) { Name = $"local:{rest}", User = rest.Length > 0 ? rest : null };
                return true;
            default:
                return TryNetwork(kind, rest, out target, out error);
        }
    }

    private static bool TryNetwork(MailerKind kind, string rest, out MailerTarget target, out string error)
    {
        target = null!;
        string mailer = kind == MailerKind.Lmtp ? "lmtp" : "smtp";
        if (kind == MailerKind.Lmtp && rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            string path = rest["unix:".Length..];
            bool isPath = path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= UnixPathMax;
            error = isPath ? string.Empty : $"\"{path}\" is not an absolute path of at most {UnixPathMax} octets";
            target = new MailerTarget(kind, [new MailerHost($"unix:{path}", 0, UseMx: false, 0)])
            {
                Name = $"lmtp:unix:{path}",
            };
            return isPath;
        }

        int at = rest.LastIndexOf('@');
        string list = rest[(at + 1)..];
        var hosts = new List<MailerHost>();
        if (!TryHosts(list, kind == MailerKind.Lmtp ? LmtpPort : SmtpPort, hosts, out error))
        {
            return false;
        }

        string? user = at < 0 ? null : $"{rest[..at]}@{(hosts[0].UseMx ? hosts[0].Host : list)}";
        if (at == 0)
        {
            error = $"\"{rest}\" has no user before the @";
            return false;
        }

        target = new MailerTarget(kind, hosts) { Name = NameOf(mailer, user, hosts), User = user };
        return true;
    }

    private static bool TryMailer(string text, out MailerKind kind, out string rest, out string error)
    {
        kind = MailerKind.Smtp;
        rest = text;
        error = text.Length == 0 ? $"there is no target; expected {Expected}" : string.Empty;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string mailer = colon < 0 ? string.Empty : text[..colon].ToLowerInvariant();

        // One word before the colon is a mailer; a name with a dot or a bracket begins a list of hosts.
        if (colon < 0 || mailer.AsSpan().ContainsAny(".[,@"))
        {
            return text.Length > 0;
        }

        rest = text[(colon + 1)..].Trim();
        switch (mailer)
        {
            case "smtp" or "esmtp" or "smtp8" or "dsmtp" or "relay":
                break;
            case "lmtp":
                kind = MailerKind.Lmtp;
                break;
            case "local":
                kind = MailerKind.Local;
                return true;
            case "error":
                kind = MailerKind.Error;
                break;
            case "discard":
                kind = MailerKind.Discard;
                return true;
            default:
                error = $"unknown mailer \"{text[..colon]}\"; expected {Expected}";
                return false;
        }

        error = rest.Length == 0 ? $"\"{text}\" has nothing behind the colon; expected {Expected}" : string.Empty;
        return rest.Length > 0;
    }

    private static bool TryError(string rest, out MailerTarget target, out string error)
    {
        bool isReply = TableReply.TryParse(
            Encoding.UTF8.GetBytes(rest), keywords: true, out TableReply reply, out error);
        target = new MailerTarget(MailerKind.Error, []) { Name = $"error:{rest}", Reply = reply };
        return isReply;
    }

    private static bool TryHosts(string list, int port, List<MailerHost> hosts, out string error)
    {
        int preference = 0;
        int at = 0;
        error = string.Empty;
        while (at <= list.Length)
        {
            int end = EndOfElement(list, at);
            string element = list[at..end].Trim();
            bool isPort = hosts.Count > 0 && list[at - 1] == ':' && element.Length > 0
                && element.All(char.IsAsciiDigit);
            if (isPort)
            {
                if (!int.TryParse(element, NumberStyles.None, CultureInfo.InvariantCulture, out int given)
                    || given is < 1 or > ushort.MaxValue)
                {
                    error = $"\"{element}\" is not a port; expected a number from 1 to 65535";
                    return false;
                }

                hosts[^1] = hosts[^1] with { Port = given };
            }
            else if (TryHost(element, out string host, out bool useMx))
            {
                preference += hosts.Count > 0 && list[at - 1] == ':' ? 1 : 0;
                hosts.Add(new MailerHost(host, port, useMx, preference));
            }
            else
            {
                error = $"\"{element}\" is neither a host name nor an IP address in brackets; expected {Expected}";
                return false;
            }

            at = end + 1;
        }

        return true;
    }

    private static int EndOfElement(string list, int at)
    {
        int close = at < list.Length && list[at] == '[' ? list.IndexOf(']', at) : -1;
        int end = list.AsSpan(close < 0 ? at : close).IndexOfAny(':', ',');
        return end < 0 ? list.Length : (close < 0 ? at : close) + end;
    }

    private static bool TryHost(string element, out string host, out bool useMx)
    {
        bool isBracketed = element is ['[', .., ']'];
        useMx = !isBracketed;
        string inner = isBracketed ? element[1..^1] : element;
        bool isTagged = inner.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase);
        string address = isTagged ? inner["IPv6:".Length..] : inner;
        host = string.Empty;
        if (address.Contains(':', StringComparison.Ordinal))
        {
            bool isAddress = isBracketed && IPAddress.TryParse(address, out IPAddress? ipv6)
                && ipv6.AddressFamily == AddressFamily.InterNetworkV6
                && !address.AsSpan().ContainsAny("[]%");
            host = isAddress ? IPAddress.Parse(address).ToString() : string.Empty;
            return isAddress;
        }

        if (address.Length > 0 && address.All(static c => char.IsAsciiDigit(c) || c == '.'))
        {
            // An address without brackets can only be meant as one.
            host = address;
            useMx = false;
            return address.Split('.').Length == 4 && IPAddress.TryParse(address, out IPAddress? ipv4)
                && string.Equals(ipv4.ToString(), address, StringComparison.Ordinal);
        }

        string name = address.Length > 1 && address[^1] == '.' ? address[..^1] : address;
        return ReferenceEquals(address, inner) && DomainName.TryNormalize(name, out host);
    }

    private static string NameOf(string mailer, string? user, List<MailerHost> hosts)
    {
        var name = new StringBuilder(mailer).Append(':');
        if (user is not null)
        {
            name.Append(user.AsSpan(0, user.LastIndexOf('@') + 1));
        }

        for (int i = 0; i < hosts.Count; i++)
        {
            MailerHost host = hosts[i];
            if (i > 0)
            {
                name.Append(host.Preference == hosts[i - 1].Preference ? ',' : ':');
            }

            bool isIPv6 = host.Host.Contains(':', StringComparison.Ordinal);
            name.Append(host.UseMx ? string.Empty : isIPv6 ? "[IPv6:" : "[")
                .Append(host.Host)
                .Append(host.UseMx ? string.Empty : "]")
                .Append(':')
                .Append(CultureInfo.InvariantCulture, $"{host.Port}");
        }

        return name.ToString();
    }
}
