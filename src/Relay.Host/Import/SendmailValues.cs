using System.Globalization;
using Relay.Host.Options;

namespace Relay.Host.Import;

/// <summary>Sendmail's ways of writing values, and ours for them (Sendmail: op.me, "O -- Set Option").</summary>
internal static class SendmailValues
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>True, Yes, or nothing at all; everything else is false.</summary>
    public static string? Flag(string value, out string problem)
    {
        problem = string.Empty;
        return IsTrue(value) ? "true" : "false";
    }

    public static string? InvertedFlag(string value, out string problem)
    {
        problem = string.Empty;
        return IsTrue(value) ? "false" : "true";
    }

    public static bool IsTrue(string value) => value.Length == 0 || char.ToLowerInvariant(value[0]) is 't' or 'y';

    public static string? Number(string value, out string problem)
    {
        bool valid = long.TryParse(value, NumberStyles.None, Invariant, out _);
        problem = valid ? string.Empty : $"\"{value}\" is not a number";
        return valid ? value : null;
    }

    /// <summary>A number that means "no limit" when it is 0, which the relay does not know for it.</summary>
    public static string? Limit(string value, out string problem)
    {
        if (value == "0")
        {
            problem = "0 is no limit; the relay has one always, its default stays";
            return null;
        }

        return Number(value, out problem);
    }

    public static string? Text(string value, out string problem)
    {
        problem = string.Empty;
        return value;
    }

    /// <summary>A text that rules would have in double quotes.</summary>
    public static string? Unquoted(string value, out string problem)
    {
        problem = string.Empty;
        return value.Length > 1 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
    }

    /// <summary>A time; the unit counts for numbers without one: s, m, h or d.</summary>
    public static ValueReader Time(char unit) =>
        (string value, out string problem) => ReadTime(value, unit, out problem);

    private static string? ReadTime(string value, char unit, out string problem)
    {
        problem = string.Empty;
        double seconds = 0;
        long number = 0;
        bool digits = false;
        foreach (char c in value + (value.Length > 0 && char.IsAsciiDigit(value[^1]) ? unit : string.Empty))
        {
            if (char.IsAsciiDigit(c) && number < 1_000_000_000)
            {
                number = (number * 10) + c - '0';
                digits = true;
                continue;
            }

            int scale = char.ToLowerInvariant(c) switch
            {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                'w' => 604_800,
                _ => 0,
            };
            if (scale == 0 || !digits)
            {
                problem = $"\"{value}\" is not a time";
                return null;
            }

            seconds += (double)number * scale;
            number = 0;
            digits = false;
        }

        if (value.Length == 0 || seconds > TimeSpan.FromDays(36_500).TotalSeconds)
        {
            problem = $"\"{value}\" is not a time";
            return null;
        }

        return OptionFormats.WriteDuration(TimeSpan.FromSeconds(seconds));
    }
}
