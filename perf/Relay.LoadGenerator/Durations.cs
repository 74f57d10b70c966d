using System.Globalization;

namespace Relay.LoadGenerator;

/// <summary>Durations as <c>100ms</c>, <c>30s</c>, <c>5m</c>, <c>4h</c>; a number alone is seconds.</summary>
internal static class Durations
{
    internal static TimeSpan Parse(string text)
    {
        (double unit, int suffix) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (0.001, 2),
            _ when text.EndsWith('s') => (1.0, 1),
            _ when text.EndsWith('m') => (60.0, 1),
            _ when text.EndsWith('h') => (3600.0, 1),
            _ => (1.0, 0),
        };
        return double.TryParse(text.AsSpan(0, text.Length - suffix), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out double number)
            ? TimeSpan.FromSeconds(number * unit)
            : throw new FormatException($"'{text}' is not a duration such as 100ms, 30s, 5m");
    }
}
