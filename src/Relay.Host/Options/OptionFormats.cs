using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Smtp.Addressing;
using Relay.Tables;

namespace Relay.Host.Options;

/// <summary>The kinds of values that options take.</summary>
internal static class OptionFormats
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private static readonly SearchValues<char> NeedsQuoting = SearchValues.Create(" \t\r\n\"<>()[]\\,;:@%!");

    public static OptionFormat<bool> Flag { get; } = new(
        "true or false", bool.TryParse, static v => v ? "true" : "false", JsonTokens.Boolean);

    /// <summary>A number and one of s, m, h, d; combinations such as <c>1h30m</c> too.</summary>
    public static OptionFormat<TimeSpan> Duration { get; } = DurationBetween(
        TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(3650));

    public static OptionFormat<string> Path { get; } = new(
        "a path", TryPath, static v => v, JsonTokens.String);

    public static OptionFormat<string> OptionalPath { get; } = new(
        "a path, or \"\" for none",
        static (string t, out string v) => t.Length == 0 ? Give(t, out v) : TryPath(t, out v),
        static v => v, JsonTokens.String);

    public static OptionFormat<string> SocketPath { get; } = new(
        "a path of at most 107 octets, or \"\" for none",
        static (string t, out string v) => Give(t, out v) && Encoding.UTF8.GetByteCount(t) <= 107 && !t.Contains('\0'),
        static v => v, JsonTokens.String);

    public static OptionFormat<string> HostName { get; } = new(
        "a host name such as mail.example.org", DomainName.TryNormalize, static v => v, JsonTokens.String);

    /// <summary>Printable ASCII for a reply: a line break would be a reply of its own.</summary>
    public static OptionFormat<string> ReplyText { get; } = new(
        "printable ASCII, at most 200 characters",
        static (string t, out string v) =>
            Give(t, out v) && t.Length <= 200 && !t.AsSpan().ContainsAnyExceptInRange(' ', '~'),
        static v => v, JsonTokens.String);

    public static OptionFormat<string> Word { get; } = new(
        "a word of letters, digits, hyphens and underscores",
        static (string t, out string v) => Give(t, out v) && t.Length is > 0 and <= 64
            && t.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
        static v => v, JsonTokens.String);

    public static OptionFormat<NameServersSetting> NameServers { get; } = new(
        NameServersSetting.Expected, NameServersSetting.TryParse, static v => v.Text, JsonTokens.String);

    public static OptionFormat<NetworksSetting> Networks { get; } = new(
        NetworksSetting.Expected,
        NetworksSetting.TryParse,
        static v => v.Text,
        JsonTokens.String | JsonTokens.List);

    public static OptionFormat<NextHopsSetting> NextHops { get; } = new(
        NextHopsSetting.Expected, NextHopsSetting.TryParse, static v => v.Text, JsonTokens.String);

    public static OptionFormat<string> OptionalMailbox { get; } = new(
        "a mailbox with its domain, such as admin@example.org, or \"\" for none",
        TryMailbox,
        static v => v,
        JsonTokens.String);

    public static OptionFormat<EndPoint> EndPoint { get; } = new(
        "address:port, such as 127.0.0.1:2525, [::1]:2525 or *:25", TryEndPoint, WriteEndPoint, JsonTokens.String);

    public static OptionFormat<TimeSpan> DurationBetween(TimeSpan minimum, TimeSpan maximum) => new(
        minimum > TimeSpan.FromMilliseconds(1)
            ? $"a duration from {WriteDuration(minimum)} to {WriteDuration(maximum)}, such as 30s, 5m, 4h or 5d"
            : "a duration such as 30s, 5m, 4h or 5d",
        (string t, out TimeSpan v) => TryDuration(t, out v) && v >= minimum && v <= maximum,
        WriteDuration,
        JsonTokens.String);

    /// <summary>A duration that may be switched off with <c>0s</c>.</summary>
    public static OptionFormat<TimeSpan> OptionalDuration { get; } = new(
        "a duration such as 30s, 5m, 4h or 5d, or 0s for none",
        static (string t, out TimeSpan v) => TryDuration(t, out v), WriteDuration, JsonTokens.String);

    public static OptionFormat<int> Count(int minimum, int maximum) => new(
        $"a number from {minimum} to {maximum}",
        (string t, out int v) => int.TryParse(t, NumberStyles.None, Invariant, out v) && v >= minimum && v <= maximum,
        static v => v.ToString(Invariant),
        JsonTokens.Number);

    public static OptionFormat<long> LongCount(long minimum, long maximum) => new(
        $"a number from {minimum} to {maximum}",
        (string t, out long v) => long.TryParse(t, NumberStyles.None, Invariant, out v) && v >= minimum && v <= maximum,
        static v => v.ToString(Invariant),
        JsonTokens.Number);

    /// <summary>
    /// Octets: a number alone or with K, M or G behind it, also written KiB, MiB, GiB: powers of 1024.
    /// </summary>
    public static OptionFormat<long> Size(long minimum, long maximum) => new(
        $"a size from {WriteSize(minimum)} to {WriteSize(maximum)}: octets as a number, or such as 512K, 64M or 1GiB",
        (string t, out long v) => TrySize(t, out v) && v >= minimum && v <= maximum,
        WriteSize,
        JsonTokens.Number | JsonTokens.String);

    public static OptionFormat<T> Choice<T>()
        where T : struct, Enum => new(
        $"one of {string.Join(", ", Enum.GetNames<T>().Select(Camel))}",
        static (string t, out T v) => TryChoice(t, out v),
        static v => Camel(v.ToString()),
        JsonTokens.String);

    internal static string WriteDuration(TimeSpan v) => v switch
    {
        _ when v == TimeSpan.Zero => "0s",
        _ when v.Ticks % TimeSpan.TicksPerDay == 0 => $"{v.TotalDays.ToString(Invariant)}d",
        _ when v.Ticks % TimeSpan.TicksPerHour == 0 => $"{v.TotalHours.ToString(Invariant)}h",
        _ when v.Ticks % TimeSpan.TicksPerMinute == 0 => $"{v.TotalMinutes.ToString(Invariant)}m",
        _ when v.Ticks % TimeSpan.TicksPerSecond == 0 => $"{v.TotalSeconds.ToString(Invariant)}s",
        _ => $"{v.TotalMilliseconds.ToString(Invariant)}ms",
    };

    internal static string WriteSize(long v) => v switch
    {
        > 0 when v % (1L << 30) == 0 => $"{v >> 30}G",
        > 0 when v % (1L << 20) == 0 => $"{v >> 20}M",
        > 0 when v % (1L << 10) == 0 => $"{v >> 10}K",
        _ => v.ToString(Invariant),
    };

    private static bool Give(string text, out string value)
    {
        value = text;
        return true;
    }

    private static bool TryPath(string text, out string value) =>
        Give(text, out value) && text.Length > 0 && !text.Contains('\0');

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        long smallest = long.MaxValue;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 9)
            {
                return false;
            }

            (long unit, int letters) = rest[digits..] switch
            {
                ['m', 's', ..] => (TimeSpan.TicksPerMillisecond, 2),
                ['s', ..] => (TimeSpan.TicksPerSecond, 1),
                ['m', ..] => (TimeSpan.TicksPerMinute, 1),
                ['h', ..] => (TimeSpan.TicksPerHour, 1),
                ['d', ..] => (TimeSpan.TicksPerDay, 1),
                _ => (0L, 0),
            };
            if (unit == 0 || unit >= smallest)
            {
                return false;
            }

            smallest = unit;
            value += new TimeSpan(
                Math.Min(int.Parse(rest[..digits], Invariant), TimeSpan.MaxValue.Ticks / 8 / unit) * unit);
            rest = rest[(digits + letters)..];
        }

        return text.Length > 0;
    }

    private static bool TrySize(string text, out long value)
    {
        ReadOnlySpan<char> digits = text;
        digits = digits.EndsWith("iB", StringComparison.OrdinalIgnoreCase) ? digits[..^2] : digits;
        int shift = digits switch
        {
            [.., 'K' or 'k'] => 10,
            [.., 'M' or 'm'] => 20,
            [.., 'G' or 'g'] => 30,
            _ => 0,
        };
        if (shift == 0 && digits.Length < text.Length)
        {
            value = 0;
            return false;
        }

        digits = shift > 0 ? digits[..^1] : digits;
        if (!long.TryParse(digits, NumberStyles.None, Invariant, out value) || value > long.MaxValue >> shift)
        {
            return false;
        }

        value <<= shift;
        return true;
    }

    private static bool TryChoice<T>(string text, out T value)
        where T : struct, Enum
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            if (string.Equals(Camel(candidate.ToString()), text, StringComparison.Ordinal))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static bool TryMailbox(string text, out string value)
    {
        value = text;
        if (text.Length == 0)
        {
            return true;
        }

        // Strict and small: what goes into RCPT must not need quoting.
        int at = text.LastIndexOf('@');
        return text.Length <= 254 && at > 0 && Ascii.IsValid(text)
            && !text.AsSpan(0, at).ContainsAny(NeedsQuoting)
            && !text.AsSpan(0, at).ContainsAnyExceptInRange('!', '~')
            && DomainName.TryNormalize(text[(at + 1)..], out _)
            && Mailbox.TrySplit(Encoding.ASCII.GetBytes(text), out _, out _);
    }

    private static bool TryEndPoint(string text, out EndPoint value)
    {
        value = null!;
        if (text.StartsWith("*:", StringComparison.Ordinal))
        {
            bool isPort = ushort.TryParse(text.AsSpan(2), NumberStyles.None, Invariant, out ushort port);
            value = new IPEndPoint(IPAddress.IPv6Any, port);
            return isPort;
        }

        if (text.StartsWith("unix:/", StringComparison.Ordinal))
        {
            string path = text["unix:".Length..];
            bool fits = Encoding.UTF8.GetByteCount(path) <= 107;
            value = fits ? new UnixDomainSocketEndPoint(path) : null!;
            return fits;
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0 || !IPEndPoint.TryParse(text, out IPEndPoint? endPoint)
            || (endPoint.AddressFamily == AddressFamily.InterNetworkV6) != text.StartsWith('[')
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, Invariant, out _))
        {
            return false;
        }

        value = endPoint;
        return true;
    }

    private static string WriteEndPoint(EndPoint v) => v switch
    {
        IPEndPoint ip when ip.Address.Equals(IPAddress.IPv6Any) => $"*:{ip.Port}",
        UnixDomainSocketEndPoint unix => $"unix:{unix}",
        _ => v.ToString()!,
    };
}
