using System.Diagnostics.Metrics;
using Relay.Logging;

namespace Relay.Host.Monitoring;

/// <summary>Counts mail events by kind, and the replies in them by code. Allocates nothing; thread-safe.</summary>
internal sealed class EventCounters : IMailLog
{
    private const int CodeMin = 200;
    private const int Codes = 400;

    private readonly long[] _byKind = new long[Enum.GetValues<MailEventKind>().Length];
    private readonly long[] _remoteReplies = new long[Codes];
    private readonly long[] _rejections = new long[Codes];

    /// <summary>Takes the seconds between receipt and delivery of each recipient; null for nobody.</summary>
    public Histogram<double>? DeliveryDelay { get; set; }

    public long Of(MailEventKind kind) => Volatile.Read(ref _byKind[(int)kind]);

    /// <summary>Replies of next hops to recipients, by code; those that were given.</summary>
    public IEnumerable<KeyValuePair<int, long>> RemoteReplies => Given(_remoteReplies);

    /// <summary>What clients, senders, recipients and content were refused with, by code.</summary>
    public IEnumerable<KeyValuePair<int, long>> Rejections => Given(_rejections);

    public void Write(scoped in MailEvent mailEvent)
    {
        Interlocked.Increment(ref _byKind[(int)mailEvent.Kind]);
        switch (mailEvent.Kind)
        {
            case MailEventKind.Rejected:
                Count(_rejections, mailEvent.Reply);
                break;
            case MailEventKind.Delivered:
                DeliveryDelay?.Record(mailEvent.Delay.TotalSeconds);
                Count(_remoteReplies, mailEvent.Reply);
                break;
            case MailEventKind.Deferred or MailEventKind.Bounced or MailEventKind.Expired:
                Count(_remoteReplies, mailEvent.Reply);
                break;
            default:
                break;
        }
    }

    private static void Count(long[] codes, ReadOnlySpan<byte> reply)
    {
        if (reply is [>= (byte)'2' and <= (byte)'5', >= (byte)'0' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', ..]
            && (reply.Length == 3 || reply[3] == ' '))
        {
            int code = ((reply[0] - '0') * 100) + ((reply[1] - '0') * 10) + (reply[2] - '0');
            Interlocked.Increment(ref codes[code - CodeMin]);
        }
    }

    private static IEnumerable<KeyValuePair<int, long>> Given(long[] codes)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            if (Volatile.Read(ref codes[i]) is var count and > 0)
            {
                yield return new KeyValuePair<int, long>(i + CodeMin, count);
            }
        }
    }
}
