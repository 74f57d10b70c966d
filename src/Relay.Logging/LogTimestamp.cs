using System.Runtime.CompilerServices;

namespace Relay.Logging;

/// <summary>
/// Writes <c>2026-11-20T21:48:02.123Z</c>. The part up to the second is formatted once per second and thread.
/// </summary>
internal static class LogTimestamp
{
    public const int Length = 24;

    [ThreadStatic]
    private static long _second;

    [ThreadStatic]
    private static Prefix _prefix;

    public static void Format(DateTimeOffset time, Span<byte> destination)
    {
        long now = time.UtcTicks / TimeSpan.TicksPerSecond;
        Span<byte> cached = _prefix;
        if (now != _second)
        {
            FormatPrefix(time, cached);
            _second = now;
        }

        cached[..20].CopyTo(destination);
        int milliseconds = (int)(time.UtcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMillisecond);
        Digits(destination[20..], milliseconds, 3);
        destination[23] = (byte)'Z';
    }

    private static void FormatPrefix(DateTimeOffset time, Span<byte> destination)
    {
        DateTime utc = time.UtcDateTime;
        "0000-00-00T00:00:00."u8.CopyTo(destination);
        Digits(destination, utc.Year, 4);
        Digits(destination[5..], utc.Month, 2);
        Digits(destination[8..], utc.Day, 2);
        Digits(destination[11..], utc.Hour, 2);
        Digits(destination[14..], utc.Minute, 2);
        Digits(destination[17..], utc.Second, 2);
    }

    private static void Digits(Span<byte> destination, int value, int count)
    {
        for (int i = count - 1; i >= 0; i--, value /= 10)
        {
            destination[i] = (byte)('0' + (value % 10));
        }
    }

    [InlineArray(20)]
    private struct Prefix
    {
        private byte _first;
    }
}
