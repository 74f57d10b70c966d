using System.Text.Json;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>The page's overview as one JSON object. Thread-safe.</summary>
internal sealed class PageSummary(
    MonitoringSources sources,
    ThroughputHistory history,
    Health health,
    Func<string> hostName,
    Func<IEnumerable<ThrottleState>> throttles)
{
    private const int DestinationsMax = 200;
    private const int NowSeconds = 10;

    private readonly long _started = sources.Time.GetTimestamp();

    public void Write(Utf8JsonWriter json, bool canChange)
    {
        IReadOnlyList<string> reasons = health.ReasonsNotReady();
        CensusResult census = sources.Census.Take();
        json.WriteStartObject();
        json.WriteString("hostname", hostName());
        json.WriteString("version", typeof(PageSummary).Assembly.GetName().Version?.ToString(3));
        json.WriteString("now", sources.Time.GetUtcNow());
        json.WriteNumber("uptime", Math.Round(sources.Time.GetElapsedTime(_started).TotalSeconds));
        json.WriteBoolean("canChange", canChange);
        json.WriteStartArray("notReady");
        foreach (string reason in reasons)
        {
            json.WriteStringValue(reason);
        }

        json.WriteEndArray();
        WriteQueue(json, census);
        WriteThroughput(json);
        WriteDestinations(json, census);
        WriteThrottles(json);
        json.WriteEndObject();
    }

    private void WriteQueue(Utf8JsonWriter json, CensusResult census)
    {
        QueueStatistics s = sources.Queue.Statistics;
        json.WriteStartObject("queue");
        json.WriteNumber("messages", s.Messages);
        json.WriteNumber("active", s.Active);
        json.WriteNumber("deferred", s.Deferred);
        json.WriteNumber("held", s.Held);
        json.WriteNumber("quarantined", s.Quarantined);
        json.WriteNumber("accepted", s.Accepted);
        json.WriteNumber("removed", s.Removed);
        json.WriteNumber("octetsOnDisk", s.BytesOnDisk);
        json.WriteNumber("oldestAge", Age(census.Oldest));
        json.WriteNumber("sessions", sources.Server.SessionsActive);
        json.WriteNumber("connections", sources.Delivery.Connections);
        json.WriteEndObject();
    }

    private void WriteThroughput(Utf8JsonWriter json)
    {
        json.WriteStartObject("throughput");
        json.WriteNumber("nowSeconds", NowSeconds);
        WriteSpans(json, "now", history.Take(1, NowSeconds));
        WriteSpans(json, "minute", history.Take(60, 1));
        WriteSpans(json, "hour", history.Take(60, 60));
        json.WriteEndObject();
    }

    private static void WriteSpans(Utf8JsonWriter json, string name, ThroughputSample[] samples)
    {
        json.WriteStartObject(name);
        WriteNumbers(json, "accepted", samples, static s => s.Accepted);
        WriteNumbers(json, "delivered", samples, static s => s.Delivered);
        WriteNumbers(json, "deferred", samples, static s => s.Deferred);
        WriteNumbers(json, "bounced", samples, static s => s.Bounced);
        WriteNumbers(json, "rejected", samples, static s => s.Rejected);
        json.WriteEndObject();
    }

    private static void WriteNumbers(
        Utf8JsonWriter json, string name, ThroughputSample[] samples, Func<ThroughputSample, long> value)
    {
        json.WriteStartArray(name);
        foreach (ThroughputSample sample in samples)
        {
            json.WriteNumberValue(value(sample));
        }

        json.WriteEndArray();
    }

    private void WriteDestinations(Utf8JsonWriter json, CensusResult census)
    {
        json.WriteNumber("destinationCount", census.Destinations.Count);
        json.WriteStartArray("destinations");
        foreach (DestinationCensus destination in census.Destinations.Take(DestinationsMax))
        {
            json.WriteStartObject();
            json.WriteString("name", destination.Name);
            json.WriteNumber("messages", destination.Messages);
            json.WriteNumber("deferred", destination.Deferred);
            json.WriteNumber("active", destination.Active);
            json.WriteNumber("connections", destination.Connections);
            json.WriteNumber("oldestAge", Age(destination.Oldest));
            json.WriteString("reply", destination.LastReply);
            json.WriteString("blockedBy", destination.BlockedBy);
            if (destination.BlockedUntil is { } until)
            {
                json.WriteString("blockedUntil", until);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteThrottles(Utf8JsonWriter json)
    {
        json.WriteStartArray("throttles");
        foreach (ThrottleState throttle in throttles())
        {
            json.WriteStartObject();
            json.WriteString("name", throttle.Name);
            if (throttle.Now is { } now)
            {
                json.WriteNumber("now", Math.Round(now, 2));
            }

            json.WriteNumber("limit", throttle.Limit);
            if (throttle.Hits is { } hits)
            {
                json.WriteNumber("hits", hits);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private double Age(QueueId id) =>
        id.IsNone ? 0 : Math.Round(Math.Max(0, (sources.Time.GetUtcNow() - id.Created).TotalSeconds));
}
