using System.Runtime.CompilerServices;

namespace Relay.Logging;

/// <summary>
/// What stands before the text of a syslog line. In a file <c>Nov 21 06:12:23 host tag[pid]: </c>; to a socket
/// <c>&lt;22&gt;Nov 21 06:12:23 tag[pid]: </c>, to which the daemon adds the host (RFC 3164 §4.1). Local time, as
/// syslog's. The date is made once per second and thread.
/// </summary>
internal static class SyslogPrefix
{
    /// <summary>Facility mail (RFC 3164 §4.1.1), in the priority's upper bits.</summary>
    private const int Mail = 2 << 3;

    private const int Notice = 5;
    private const int Informational = 6;
    private const int DateLength = 15;

    [ThreadStatic]
    private static long _second;

    [ThreadStatic]
    private static TimeProvider? _clock;

    [ThreadStatic]
    private static Date _date;

    public static void Append(
        ref LineWriter line, SyslogIdentity identity, bool toSocket, MailEventKind kind, DateTimeOffset time,
        TimeProvider clock)
    {
        if (toSocket)
        {
            line.Append((byte)'<');
            line.Append(Mail | SeverityOf(kind));
            line.Append((byte)'>');
        }

        AppendDate(ref line, time, clock);
        line.Append((byte)' ');
        if (!toSocket)
        {
            line.Append(identity.Host);
            line.Append((byte)' ');
        }

        line.Append(identity.Tag);
    }

    /// <summary>As Sendmail's: refusals and what concerns the program are notices.</summary>
    private static int SeverityOf(MailEventKind kind) => kind is MailEventKind.Rejected or MailEventKind.Daemon
        ? Notice
        : Informational;

    private static void AppendDate(ref LineWriter line, DateTimeOffset time, TimeProvider clock)
    {
        long second = time.UtcTicks / TimeSpan.TicksPerSecond;
        Span<byte> cached = _date;
        if (second != _second || !ReferenceEquals(clock, _clock))
        {
            Format(TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone), cached);
            _second = second;
            _clock = clock;
        }

        line.Append(cached);
    }

    private static void Format(DateTimeOffset local, Span<byte> destination)
    {
        "JanFebMarAprMayJunJulAugSepOctNovDec"u8.Slice((local.Month - 1) * 3, 3).CopyTo(destination);
        destination[3] = (byte)' ';
        Two(destination[4..], local.Day);
        if (local.Day < 10)
        {
            destination[4] = (byte)' ';
        }

        destination[6] = (byte)' ';
        Two(destination[7..], local.Hour);
        destination[9] = (byte)':';
        Two(destination[10..], local.Minute);
        destination[12] = (byte)':';
        Two(destination[13..], local.Second);
    }

    private static void Two(Span<byte> destination, int number)
    {
        destination[0] = (byte)('0' + (number / 10));
        destination[1] = (byte)('0' + (number % 10));
    }

    [InlineArray(DateLength)]
    private struct Date
    {
        private byte _first;
    }
}
