using System.Globalization;
using System.Net;
using System.Text;
using Relay.Sasl;
using Relay.Smtp.Commands;

namespace Relay.Server.Sessions;

/// <summary>
/// What XCLIENT says (Postfix: XCLIENT_README): attributes in xtext, each with a value, or <c>[UNAVAILABLE]</c>, or
/// <c>[TEMPUNAVAIL]</c>. Those that are not given stay as they are. NAME and REVERSE_NAME are taken and not believed:
/// the client's name is asked of the DNS, as every client's.
/// </summary>
internal sealed class XclientAttributes
{
    private const int ValueMax = 1024;
    private const string Ip6Prefix = "IPV6:";

    /// <summary>ADDR was given; null for a client without an address.</summary>
    public bool HasAddress { get; private set; }

    public IPAddress? Address { get; private set; }

    public int? Port { get; private set; }

    public IPAddress? Destination { get; private set; }

    /// <summary>The name by HELO; empty if not given or not there.</summary>
    public string Helo { get; private set; } = string.Empty;

    /// <summary>PROTO=ESMTP.</summary>
    public bool IsExtended { get; private set; }

    /// <summary>Who the client has proved to be to the proxy; empty if nobody.</summary>
    public string Login { get; private set; } = string.Empty;

    /// <returns>Null if an attribute is unknown, twice there, or its value is none.</returns>
    public static XclientAttributes? Parse(ReadOnlySpan<byte> arguments)
    {
        var attributes = new XclientAttributes();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Range range in arguments.Split((byte)' '))
        {
            ReadOnlySpan<byte> word = arguments[range];
            if (word.IsEmpty)
            {
                continue;
            }

            int equals = word.IndexOf((byte)'=');
            if (equals <= 0 || word.Length > ValueMax || !TryDecode(word[(equals + 1)..], out string value))
            {
                return null;
            }

            string name = Encoding.ASCII.GetString(word[..equals]).ToUpperInvariant();
            if (!seen.Add(name) || !attributes.TrySet(name, value))
            {
                return null;
            }
        }

        return seen.Count == 0 ? null : attributes;
    }

    private bool TrySet(string name, string value)
    {
        bool isThere = value.Length > 0 && value[0] != '[';
        switch (name)
        {
            case "NAME" or "REVERSE_NAME":
                return true;
            case "ADDR":
                HasAddress = true;
                return !isThere || (Address = ParseAddress(value)) is not null;
            case "DESTADDR":
                return !isThere || (Destination = ParseAddress(value)) is not null;
            case "PORT":
                return !isThere || (Port = ParsePort(value)) is not null;
            case "DESTPORT":
                return !isThere || ParsePort(value) is not null;
            case "HELO":
                Helo = value;
                return value.Length == 0 || value[0] == '['
                    ? SetNoHelo(value)
                    : SmtpCommandParser.ParseHello(Encoding.ASCII.GetBytes(value), out _) == CommandError.None;
            case "PROTO":
                IsExtended = value == "ESMTP";
                return !isThere || value is "ESMTP" or "SMTP";
            case "LOGIN":
                Login = isThere ? value : string.Empty;
                return !isThere || PreparedText.TryPrepare(Encoding.UTF8.GetBytes(value), out _);
            default:
                return false;
        }
    }

    /// <summary>An address literal begins as what is not there does.</summary>
    private bool SetNoHelo(string value)
    {
        bool isLiteral = value.Length > 0
            && SmtpCommandParser.ParseHello(Encoding.ASCII.GetBytes(value), out _) == CommandError.None;
        Helo = isLiteral ? value : string.Empty;
        return isLiteral || value is "" or "[UNAVAILABLE]" or "[TEMPUNAVAIL]";
    }

    private static IPAddress? ParseAddress(string value)
    {
        bool isMarked = value.StartsWith(Ip6Prefix, StringComparison.OrdinalIgnoreCase);
        string text = isMarked ? value[Ip6Prefix.Length..] : value;
        return IPAddress.TryParse(text, out IPAddress? address) && !text.AsSpan().ContainsAny('%', '[', '/')
            && (text.Contains(':', StringComparison.Ordinal) || (!isMarked && address.ToString() == text))
                ? address
                : null;
    }

    private static int? ParsePort(string value) =>
        ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : null;

    /// <summary>xtext (RFC 3461 §4), which may hold UTF-8.</summary>
    private static bool TryDecode(ReadOnlySpan<byte> xtext, out string value)
    {
        value = string.Empty;
        Span<byte> octets = stackalloc byte[ValueMax];
        int length = 0;
        for (int i = 0; i < xtext.Length; i++)
        {
            byte octet = xtext[i];
            if (octet is < (byte)'!' or > (byte)'~')
            {
                return false;
            }

            if (octet == (byte)'+')
            {
                if (i + 2 >= xtext.Length
                    || !byte.TryParse(
                        xtext.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octet))
                {
                    return false;
                }

                i += 2;
            }

            octets[length++] = octet;
        }

        if (!System.Text.Unicode.Utf8.IsValid(octets[..length]))
        {
            return false;
        }

        value = Encoding.UTF8.GetString(octets[..length]);
        return true;
    }
}
