using System.Text;
using System.Text.Json;
using Relay.Delivery;
using Relay.Queue;
using Relay.Smtp;

namespace Relay.Host.Admin;

/// <summary>The JSON objects of the admin protocol and of <c>--json</c>; docs/operations.md describes them.</summary>
internal static class QueueReport
{
    /// <summary>One line of a list: the message, one recipient that is unfinished, and why.</summary>
    public static void WriteEntry(Utf8JsonWriter json, QueueEntryInfo info, QueuedMessage? message)
    {
        json.WriteStartObject();
        WriteCommon(json, info, message);
        if (message is not null)
        {
            for (int i = 0; i < message.Envelope.RecipientCount; i++)
            {
                if (message.GetStatus(i) < RecipientStatus.Delivered)
                {
                    EnvelopeRecipient recipient = message.Envelope.GetRecipient(i);
                    json.WriteString("to", ToText(recipient.ForwardPath));
                    WriteOwnFrom(json, recipient);
                    WriteText(json, "reply", message.GetLastReply(i));
                    break;
                }
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The first line of <c>show</c>.</summary>
    public static void WriteMessage(Utf8JsonWriter json, QueueEntryInfo info, QueuedMessage? message)
    {
        json.WriteStartObject();
        WriteCommon(json, info, message);
        if (message is not null)
        {
            Envelope envelope = message.Envelope;
            WriteText(json, "client", envelope.Client);
            WriteText(json, "helo", envelope.Helo);
            json.WriteString("body", envelope.Body == BodyType.EightBitMime ? "8BITMIME" : "7BIT");
            json.WriteBoolean("smtputf8", envelope.SmtpUtf8);
            WriteText(json, "envid", envelope.EnvelopeId);
        }

        json.WriteEndObject();
    }

    /// <summary>The other lines of <c>show</c>.</summary>
    public static void WriteRecipient(Utf8JsonWriter json, QueuedMessage message, int ordinal)
    {
        EnvelopeRecipient recipient = message.Envelope.GetRecipient(ordinal);
        json.WriteStartObject();
        json.WriteString("to", ToText(recipient.ForwardPath));
        WriteOwnFrom(json, recipient);
        json.WriteString("status", Lower(message.GetStatus(ordinal)));
        WriteText(json, "reply", message.GetLastReply(ordinal));
        WriteText(json, "orcpt", recipient.OriginalRecipient);
        if (recipient.Notify != DsnNotify.Unspecified)
        {
            json.WriteString("notify", recipient.Notify.ToString());
        }

        json.WriteEndObject();
    }

    public static void WriteStatistics(Utf8JsonWriter json, QueueStatistics statistics)
    {
        json.WriteStartObject();
        json.WriteNumber("queued", statistics.Messages);
        json.WriteNumber("active", statistics.Active);
        json.WriteNumber("deferred", statistics.Deferred);
        json.WriteNumber("held", statistics.Held);
        json.WriteNumber("quarantined", statistics.Quarantined);
        json.WriteNumber("accepted", statistics.Accepted);
        json.WriteNumber("removed", statistics.Removed);
        json.WriteNumber("commits", statistics.Commits);
        json.WriteNumber("bytesOnDisk", statistics.BytesOnDisk);
        json.WriteNumber("bytesAppended", statistics.BytesAppended);
        json.WriteNumber("bytesAllocated", GC.GetTotalAllocatedBytes());
        json.WriteEndObject();
    }

    /// <summary>One line of <c>summary</c> behind the first.</summary>
    public static void WriteDestination(Utf8JsonWriter json, DestinationSummary destination)
    {
        json.WriteStartObject();
        json.WriteString("destination", destination.Name);
        if (destination.ArrivedOn is { } address)
        {
            json.WriteString("arrivedOn", address.ToString());
        }

        json.WriteNumber("waiting", destination.Parked);
        json.WriteNumber("active", destination.Active);
        json.WriteNumber("connections", destination.Connections);
        if (destination.ConnectionLimit > 0)
        {
            json.WriteNumber("connectionsNow", destination.Window);
            json.WriteNumber("connectionsMax", destination.ConnectionLimit);
        }

        WriteUnlessEmpty(json, "rate", destination.Rates);
        if (!destination.Oldest.IsNone)
        {
            json.WriteString("oldest", destination.Oldest.ToString());
            WriteTime(json, "oldestReceived", destination.Oldest.Created);
        }

        WriteUnlessEmpty(json, "reply", destination.LastReply);
        WriteUnlessEmpty(json, "blocks", destination.Blocks);
        if (destination.BlockedUntil is { } blockedUntil)
        {
            WriteTime(json, "blockedUntil", blockedUntil);
        }

        if (destination.Suspension is { } suspension)
        {
            json.WriteStartObject("suspension");
            WriteSuspensionFields(json, suspension);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The answer to <c>suspend</c>.</summary>
    public static void WriteSuspension(Utf8JsonWriter json, SuspensionSummary suspension)
    {
        json.WriteStartObject();
        json.WriteString("suspended", suspension.Destination);
        WriteSuspensionFields(json, suspension);
        json.WriteEndObject();
    }

    private static void WriteSuspensionFields(Utf8JsonWriter json, SuspensionSummary suspension)
    {
        json.WriteString("reason", suspension.Reason);
        json.WriteBoolean("byAdministrator", suspension.IsManual);
        WriteTime(json, "since", suspension.Since);
        if (suspension.Until is { } until)
        {
            WriteTime(json, "until", until);
        }
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteCommon(Utf8JsonWriter json, QueueEntryInfo info, QueuedMessage? message)
    {
        json.WriteString("id", info.Id.ToString());
        json.WriteString("state", Lower(info.State));
        WriteTime(json, "received", message?.Received ?? info.Id.Created);
        json.WriteNumber("attempts", info.Attempts);
        if (info.State == QueueEntryState.Deferred)
        {
            WriteTime(json, "nextAttempt", info.NextAttempt);
        }

        json.WriteNumber("unfinished", info.UnfinishedRecipients);
        if (message is not null)
        {
            json.WriteNumber("recipients", message.Envelope.RecipientCount);
            json.WriteNumber("size", message.Size);
            json.WriteString("from", ToText(message.Envelope.ReversePath));
            WriteText(json, "holdReason", message.HoldReason);
        }
    }

    /// <summary>The reverse-path of a list's member, where it is not the message's; empty is the null one.</summary>
    private static void WriteOwnFrom(Utf8JsonWriter json, in EnvelopeRecipient recipient)
    {
        if (recipient.HasOwnReversePath)
        {
            json.WriteString("ownFrom", ToText(recipient.ReversePath));
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset time) =>
        json.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));

    private static void WriteText(Utf8JsonWriter json, string name, ReadOnlySpan<byte> octets)
    {
        if (!octets.IsEmpty)
        {
            json.WriteString(name, ToText(octets));
        }
    }

    /// <summary>Octets that are not UTF-8 become U+FFFD, so that the answer is always valid JSON.</summary>
    private static string ToText(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
