using System.Text.Json;
using Relay.Host.Running;
using Relay.Host.Sendmail;
using Relay.Queue;
using Relay.Server.Policies;

namespace Relay.Host.Admin;

/// <summary>
/// Sendmail's queue run: <c>run [filter …]</c> makes what matches ready, <c>run verbose</c> one message after the
/// other, and shows each delivery. Thread-safe.
/// </summary>
internal sealed class QueueRun(
    IMailQueue queue, QueueFlush flush, MailqReport report, DeliveryWatches watches, Action unblock)
{
    /// <summary>Does not wait for the deliveries.</summary>
    public async ValueTask<string?> StartAsync(
        IReadOnlyList<string> words, AdminResponse response, CancellationToken cancellation)
    {
        if (words.Count == 0)
        {
            await flush.RunAsync(null, cancellation);
            return null;
        }

        if (Parse(words) is not { } filters)
        {
            return "unknown filter";
        }

        unblock();
        long count = report.Select(filters).Count(queue.Expedite);
        await WriteAsync(response, $"{count} messages are attempted now", cancellation);
        return null;
    }

    public async ValueTask<string?> ShowAsync(
        IReadOnlyList<string> words, AdminResponse response, CancellationToken cancellation)
    {
        if (Parse(words) is not { } filters)
        {
            return "unknown filter";
        }

        unblock();
        QueueId[] ids = [.. report.Select(filters)];
        for (int i = 0; i < ids.Length; i++)
        {
            using IDeliveryWatch? watch = watches.TryBegin(ids[i]);
            if (watch is null || !queue.Expedite(ids[i]))
            {
                continue; // held, under way, or gone meanwhile
            }

            await WriteAsync(response, string.Empty, cancellation);
            await WriteAsync(response, $"Running {ids[i]} (sequence {i + 1} of {ids.Length})", cancellation);
            while (await watch.NextAsync() is { } line)
            {
                await WriteAsync(response, line, cancellation);
            }
        }

        return null;
    }

    private static List<QueueFilter>? Parse(IReadOnlyList<string> words)
    {
        QueueFilter?[] filters = [.. words.Select(QueueFilter.Parse)];
        return filters.Contains(null) ? null : [.. filters.OfType<QueueFilter>()];
    }

    private static async ValueTask WriteAsync(AdminResponse response, string line, CancellationToken cancellation)
    {
        Utf8JsonWriter json = response.Json;
        json.WriteStartObject();
        json.WriteString("line", line);
        json.WriteEndObject();
        await response.EndLineAsync(cancellation);
        await response.FlushAsync(cancellation);
    }
}
