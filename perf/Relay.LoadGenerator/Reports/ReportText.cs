using Relay.LoadGenerator.Measurement;
using Relay.LoadGenerator.Sink;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Reports;

/// <summary>Reports for people.</summary>
internal static class ReportText
{
    internal static void Write(TextWriter output, SourceReport report)
    {
        output.WriteLine($"{report.Acknowledged:N0} messages acknowledged in {report.Seconds:N3} s: "
            + $"{report.MessagesPerSecond:N0}/s, {Rate(report.BodyBytes, report.Seconds):N1} MB/s of bodies");
        output.WriteLine($"connections {report.Connections:N0}, recipients {report.RecipientsAcknowledged:N0}");
        WriteLatency(output, report.IntendedRate > 0 ? "latency from due time" : "latency", report.Latency);
        WriteLatency(output, "dot to reply", report.AcknowledgeLatency);
        WriteCpu(output, report.CpuUserSeconds, report.CpuSystemSeconds, report.Acknowledged);
        WriteIfAny(output, "messages rejected", report.Rejected);
        WriteIfAny(output, "recipients rejected", report.RecipientsRejected);
        WriteIfAny(output, "messages without reply", report.Broken);
        WriteIfAny(output, "messages resent", report.Resent);
        WriteIfAny(output, "connections lost", report.ConnectionsLost);
        WriteIfAny(output, "connection attempts failed", report.ConnectFailures);
        WriteIfAny(output, "sessions given up", report.SessionsGivenUp);
        WriteIfAny(output, "connections that offered no pipelining", report.WithoutPipelining);
        foreach ((string reply, long count) in report.NegativeReplies.OrderByDescending(entry => entry.Value))
        {
            output.WriteLine($"  {reply}: {count:N0}");
        }
    }

    internal static void Write(TextWriter output, SinkReport report)
    {
        output.WriteLine($"{report.Messages:N0} messages accepted in {report.Seconds:N3} s: "
            + $"{report.MessagesPerSecond:N0}/s, {Rate(report.Bytes, report.Seconds):N1} MB/s");
        output.WriteLine($"connections {report.Connections:N0}, recipients {report.Recipients:N0}");
        WriteCpu(output, report.CpuUserSeconds, report.CpuSystemSeconds, report.Messages);
        WriteIfAny(output, "negative replies by faults", report.Refused);
        WriteIfAny(output, "connections broken by faults", report.Dropped);
        WriteIfAny(output, "transactions cut off by clients", report.CutOff);
        WriteIfAny(output, "protocol violations", report.Violations);
        if (report.EndToEndLatency is { Count: > 0 } latency)
        {
            WriteLatency(output, "end to end", latency);
        }

        if (report.Verification is { } found)
        {
            output.WriteLine($"verified {found.Messages:N0} messages, {found.Deliveries:N0} deliveries: "
                + $"{found.Lost:N0} lost, {found.Duplicated:N0} duplicated, {found.Corrupted:N0} corrupted, "
                + $"{found.Unidentified:N0} without id");
            WriteExamples(output, "lost", found.LostExamples);
            WriteExamples(output, "duplicated", found.DuplicatedExamples);
            WriteExamples(output, "corrupted", found.CorruptedExamples);
        }
    }

    private static double Rate(long bytes, double seconds) => seconds > 0 ? bytes / 1e6 / seconds : 0;

    private static void WriteLatency(TextWriter output, string name, LatencySummary latency) => output.WriteLine(
        $"{name} (ms): p50 {latency.P50Ms:N3}  p90 {latency.P90Ms:N3}  p99 {latency.P99Ms:N3}  "
        + $"p99.9 {latency.P999Ms:N3}  max {latency.MaxMs:N3}");

    private static void WriteCpu(TextWriter output, double user, double system, long messages)
    {
        string each = messages > 0 ? $", {(user + system) * 1e6 / messages:N1} µs per message" : string.Empty;
        output.WriteLine($"CPU user {user:N2} s, system {system:N2} s{each}");
    }

    private static void WriteIfAny(TextWriter output, string what, long count)
    {
        if (count > 0)
        {
            output.WriteLine($"{what}: {count:N0}");
        }
    }

    private static void WriteExamples(TextWriter output, string what, IReadOnlyList<string> examples)
    {
        if (examples.Count > 0)
        {
            output.WriteLine($"  {what}: {string.Join(' ', examples)}");
        }
    }
}
