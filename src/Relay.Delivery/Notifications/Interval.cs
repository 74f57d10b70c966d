using System.Globalization;

namespace Relay.Delivery.Notifications;

/// <summary>A span of time in words, as Sendmail says it: <c>4 hours</c>, <c>1 week 2 days</c>.</summary>
internal static class Interval
{
    public static string ToWords(TimeSpan time)
    {
        long seconds = (long)time.TotalSeconds;
        var words = new List<string>();
        Add(seconds / 604_800, "week");
        Add(seconds / 86_400 % 7, "day");
        Add(seconds / 3600 % 24, "hour");
        Add(seconds / 60 % 60, "minute");
        Add(seconds % 60, "second");
        return words.Count == 0 ? "0 seconds" : string.Join(' ', words);

        void Add(long count, string unit)
        {
            if (count > 0)
            {
                words.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}"));
            }
        }
    }
}
