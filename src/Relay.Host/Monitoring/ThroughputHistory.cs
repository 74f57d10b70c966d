using Relay.Logging;
using Relay.Server;
using Relay.Throttling;

namespace Relay.Host.Monitoring;

/// <summary>
/// What happened in each second of the last hour, sampled from the counters by the heartbeat. Thread-safe.
/// </summary>
internal sealed class ThroughputHistory : IHeartbeatHandler
{
    public const int Seconds = 3600;

    private readonly SmtpServerCounters _server;
    private readonly EventCounters _events;
    private readonly Lock _gate = new();
    private readonly ThroughputSample[] _samples = new ThroughputSample[Seconds];
    private ThroughputSample _last;
    private long _second = -1;

    public ThroughputHistory(SmtpServerCounters server, EventCounters events)
    {
        _server = server;
        _events = events;
        _last = Read();
    }

    public void OnHeartbeat(long now)
    {
        lock (_gate)
        {
            long second = now / 1000;
            ThroughputSample present = Read();
            if (_second < 0 || second - _second > Seconds)
            {
                _samples.AsSpan().Clear();
                _second = second - 1;
            }

            for (long s = _second + 1; s <= second; s++)
            {
                _samples[s % Seconds] = default; // a beat that came late: what it counts stands in its own second
            }

            _samples[second % Seconds] += present - _last;
            _last = present;
            _second = second;
        }
    }

    /// <summary>The last <paramref name="count"/> spans of <paramref name="length"/> seconds, oldest first.</summary>
    public ThroughputSample[] Take(int count, int length)
    {
        var taken = new ThroughputSample[count];
        lock (_gate)
        {
            for (int i = 0; i < count * length && i < Seconds && _second - i >= 0; i++)
            {
                taken[count - 1 - (i / length)] += _samples[(_second - i) % Seconds];
            }
        }

        return taken;
    }

    private ThroughputSample Read() => new(
        _server.MessagesAccepted,
        _events.Of(MailEventKind.Delivered),
        _events.Of(MailEventKind.Deferred),
        _events.Of(MailEventKind.Bounced) + _events.Of(MailEventKind.Expired),
        _events.Of(MailEventKind.Rejected));
}
