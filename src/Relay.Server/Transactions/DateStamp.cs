using System.Diagnostics;

namespace Relay.Server.Transactions;

/// <summary>
/// The present date-time of RFC 5322 §3.3 as octets, made once per second. Thread-safe: the holder is immutable and
/// swapped; two threads in a new second may both make it.
/// </summary>
internal sealed class DateStamp(TimeProvider time)
{
    /// <summary><c>Fri, 20 Nov 2026 21:51:59 +0000</c></summary>
    public const int Length = 31;

    private volatile Stamp? _stamp;

    /// <summary>The stamp of this second; the array must not be changed.</summary>
    public byte[] Current
    {
        get
        {
            DateTimeOffset now = time.GetUtcNow();
            long second = now.Ticks / TimeSpan.TicksPerSecond;
            Stamp? stamp = _stamp;
            if (stamp is null || stamp.Second != second)
            {
                _stamp = stamp = new Stamp(second, Format(TimeZoneInfo.ConvertTime(now, time.LocalTimeZone)));
            }

            return stamp.Octets;
        }
    }

    /// <summary>date-time with a two-digit day and a numeric zone.</summary>
    internal static byte[] Format(DateTimeOffset date)
    {
        byte[] octets = new byte[Length];
        Span<byte> rest = octets;
        "SunMonTueWedThuFriSat"u8.Slice((int)date.DayOfWeek * 3, 3).CopyTo(rest);
        ", "u8.CopyTo(rest[3..]);
        Digits(rest[5..7], date.Day);
        rest[7] = (byte)' ';
        "JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice((date.Month - 1) * 3, 3).CopyTo(rest[8..]);
        rest[11] = (byte)' ';
        Digits(rest[12..16], date.Year);
        rest[16] = (byte)' ';
        Digits(rest[17..19], date.Hour);
        rest[19] = (byte)':';
        Digits(rest[20..22], date.Minute);
        rest[22] = (byte)':';
        Digits(rest[23..25], date.Second);
        rest[25] = (byte)' ';
        int offset = (int)date.Offset.TotalMinutes;
        rest[26] = offset < 0 ? (byte)'-' : (byte)'+';
        offset = Math.Abs(offset);
        Digits(rest[27..29], offset / 60);
        Digits(rest[29..31], offset % 60);
        return octets;
    }

    private static void Digits(Span<byte> destination, int value)
    {
        Debug.Assert(value >= 0);
        for (int i = destination.Length - 1; i >= 0; i--, value /= 10)
        {
            destination[i] = (byte)('0' + (value % 10));
        }
    }

    private sealed record Stamp(long Second, byte[] Octets);
}
