using System.Text;
using System.Text.Json;
using Relay.Host.Sendmail;
using Relay.Queue;

namespace Relay.Host.Admin;

/// <summary>
/// Answers <c>mailq [held] [filter …]</c>: an object that counts the whole queue, then one per message that matches,
/// with all its unfinished recipients. Lines are sent as they are made: the time to the first does not depend on the
/// queue's length.
/// </summary>
internal sealed class MailqReport(IMailQueue queue, string directory)
{
    /// <summary>Returns what went wrong, or null.</summary>
    public async ValueTask<string?> WriteAsync(
        IReadOnlyList<string> words, AdminResponse response, CancellationToken cancellation)
    {
        bool held = words is ["held", ..];
        QueueFilter?[] parsed = [.. words.Skip(held ? 1 : 0).Select(QueueFilter.Parse)];
        if (parsed.Contains(null))
        {
            return "unknown filter";
        }

        var filters = parsed.OfType<QueueFilter>().ToList();
        bool isPlain = filters.Count == 0 && !held;
        using QueuedMessage message = queue.CreateQueued();
        WriteCounts(response.Json, queue.Statistics);
        await response.EndLineAsync(cancellation);
        foreach (QueueEntryInfo info in queue.Enumerate())
        {
            cancellation.ThrowIfCancellationRequested();
            bool isReadable = TryInspect(info.Id, message);
            if (isPlain || IsWanted(info, isReadable ? message : null, held, filters))
            {
                WriteMessage(response.Json, info, isReadable ? message : null);
                await response.EndLineAsync(cancellation);
            }
        }

        return null;
    }

    /// <summary>The ids that match, in the queue's order.</summary>
    public IEnumerable<QueueId> Select(IReadOnlyList<QueueFilter> filters)
    {
        using QueuedMessage message = queue.CreateQueued();
        foreach (QueueEntryInfo info in queue.Enumerate())
        {
            if (filters.Count == 0
                || IsWanted(info, TryInspect(info.Id, message) ? message : null, held: false, filters))
            {
                yield return info.Id;
            }
        }
    }

    private void WriteCounts(Utf8JsonWriter json, QueueStatistics statistics)
    {
        json.WriteStartObject();
        json.WriteString("directory", directory);
        json.WriteNumber("requests", statistics.Messages);
        json.WriteNumber("queued", statistics.Active);
        json.WriteNumber("deferred", statistics.Deferred);
        json.WriteNumber("held", statistics.Held + statistics.Quarantined);
        json.WriteNumber("delivered", statistics.Removed);
        json.WriteEndObject();
    }

    private static bool IsWanted(
        QueueEntryInfo info, QueuedMessage? message, bool held, IReadOnlyList<QueueFilter> filters)
    {
        if (held && info.State is not (QueueEntryState.Held or QueueEntryState.Quarantined))
        {
            return false;
        }

        foreach (QueueFilter filter in filters)
        {
            bool matches = filter.Field switch
            {
                'I' => filter.Matches(info.Id.ToString()),
                'S' => filter.Matches(message is null ? string.Empty : Text(message.Envelope.ReversePath)),
                'Q' => filter.Matches(message is null ? string.Empty : Text(message.HoldReason)),
                _ => filter.MatchesAny(message is null ? [] : Recipients(message)),
            };
            if (!matches)
            {
                return false;
            }
        }

        return true;
    }

    private static List<string> Recipients(QueuedMessage message)
    {
        var recipients = new List<string>();
        for (int i = 0; i < message.Envelope.RecipientCount; i++)
        {
            if (message.GetStatus(i) < RecipientStatus.Delivered)
            {
                recipients.Add(Text(message.Envelope.GetRecipient(i).ForwardPath));
            }
        }

        return recipients;
    }

    private static void WriteMessage(Utf8JsonWriter json, QueueEntryInfo info, QueuedMessage? message)
    {
        json.WriteStartObject();
        json.WriteString("id", info.Id.ToString());
        json.WriteString("state", info.State.ToString().ToLowerInvariant());
        json.WriteString("received", (message?.Received ?? info.Id.Created).UtcDateTime);
        json.WriteNumber("attempts", info.Attempts);
        if (message is not null)
        {
            json.WriteNumber("size", message.Size);
            json.WriteString("from", Text(message.Envelope.ReversePath));
            if (message.Envelope.Body == Smtp.BodyType.EightBitMime)
            {
                json.WriteString("body", "8BITMIME");
            }

            if (!message.HoldReason.IsEmpty)
            {
                json.WriteString("reason", Text(message.HoldReason));
            }

            WriteRecipients(json, message);
        }

        json.WriteEndObject();
    }

    private static void WriteRecipients(Utf8JsonWriter json, QueuedMessage message)
    {
        json.WriteStartArray("recipients");
        for (int i = 0; i < message.Envelope.RecipientCount; i++)
        {
            if (message.GetStatus(i) >= RecipientStatus.Delivered)
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("to", Text(message.Envelope.GetRecipient(i).ForwardPath));
            if (message.GetLastReply(i) is { IsEmpty: false } reply)
            {
                json.WriteString("reply", Text(reply));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private bool TryInspect(QueueId id, QueuedMessage message)
    {
        try
        {
            return queue.TryInspect(id, message);
        }
        catch (MailQueueException)
        {
            return false; // damaged: listed from the index alone
        }
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}
