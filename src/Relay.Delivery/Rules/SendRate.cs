using System.Globalization;

namespace Relay.Delivery.Rules;

/// <summary>At most so many in any span of so long.</summary>
/// <param name="Count">At least 1.</param>
/// <param name="Period">A second, a minute, an hour or a day.</param>
public readonly record struct SendRate(int Count, TimeSpan Period)
{
    public const string Expected = "rates such as 10/s, 300/min, 5000/h or 50000/d, separated by commas";

    private const int CountMax = 10_000_000;

    private static readonly (string Name, TimeSpan Period)[] Units =
    [
        ("s", TimeSpan.FromSeconds(1)), ("min", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)), ("second", TimeSpan.FromSeconds(1)), ("minute", TimeSpan.FromMinutes(1)),
        ("hour", TimeSpan.FromHours(1)), ("day", TimeSpan.FromDays(1)), ("m", TimeSpan.FromMinutes(1)),
    ];

    /// <summary>Reads <c>10/s, 300/min</c>; an empty text is no rate. One rate for each period at most.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<SendRate> rates)
    {
        var found = new List<SendRate>();
        rates = found;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0 && text.Trim().Length == 0)
            {
                continue;
            }

            if (!TryParse(part, out SendRate rate) || found.Exists(r => r.Period == rate.Period))
            {
                return false;
            }

            found.Add(rate);
        }

        return true;
    }

    public static bool TryParse(string text, out SendRate rate)
    {
        rate = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !int.TryParse(text.AsSpan(0, slash).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            || n is < 1 or > CountMax)
        {
            return false;
        }

        string unit = text[(slash + 1)..].Trim();
        foreach ((string name, TimeSpan period) in Units)
        {
            if (string.Equals(name, unit, StringComparison.OrdinalIgnoreCase))
            {
                rate = new SendRate(n, period);
                return true;
            }
        }

        return false;
    }

    public static string Write(IEnumerable<SendRate> rates) => string.Join(", ", rates);

    public override string ToString()
    {
        TimeSpan period = Period;
        return string.Create(
            CultureInfo.InvariantCulture, $"{Count}/{Array.Find(Units, u => u.Period == period).Name}");
    }
}
