using System.Text.Json;

namespace Relay.Host.Commands;

/// <summary>Turns the admin socket's JSON lines into text for people, line by line.</summary>
internal sealed class QueueText
{
    private readonly TextWriter _output;
    private readonly Action<TextWriter, JsonElement, int> _line;
    private readonly Action<TextWriter, int> _end;
    private int _count;

    private QueueText(TextWriter output, Action<TextWriter, JsonElement, int> line, Action<TextWriter, int> end)
    {
        _output = output;
        _line = line;
        _end = end;
    }

    /// <summary>Text of one's own for each line.</summary>
    public static QueueText Of(TextWriter output, Action<TextWriter, JsonElement, int> line) =>
        new(output, line, static (_, _) => { });

    public static QueueText ForNothing(TextWriter output) => new(output, static (_, _, _) => { }, static (_, _) => { });

    public static QueueText ForList(TextWriter output) => new(
        output,
        ListLine,
        static (o, count) => o.WriteLine(
            count == 0 ? "Queue Empty" : $"{count} message{(count == 1 ? string.Empty : "s")} queued"));

    public static QueueText ForShow(TextWriter output) => new(
        output,
        static (o, json, index) =>
        {
            foreach (JsonProperty property in json.EnumerateObject())
            {
                string indent = index == 0 ? string.Empty : "  ";
                o.WriteLine($"{indent}{property.Name,-12} {Printable.Of(property.Value.ToString())}");
            }

            o.WriteLine();
        },
        static (_, _) => { });

    public static QueueText ForFlush(TextWriter output) => new(
        output,
        static (o, json, _) => o.WriteLine(
            $"{json.GetProperty("flushed").GetInt64()} deferred messages are attempted now"),
        static (_, _) => { });

    public static QueueText ForSummary(TextWriter output) => new(output, SummaryLine, static (_, _) => { });

    public static QueueText ForSuspend(TextWriter output) => new(
        output,
        static (o, json, _) =>
        {
            string until = Text(json, "until") is { Length: > 0 } time ? $"until {time}" : "until it is resumed";
            o.WriteLine($"{Text(json, "suspended")} gets no mail {until}");
        },
        static (_, _) => { });

    public static QueueText ForResume(TextWriter output) => new(
        output, static (o, json, _) => o.WriteLine($"{Text(json, "resumed")} gets mail again"), static (_, _) => { });

    /// <summary>Prints what one line says.</summary>
    public bool Add(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        _line(_output, document.RootElement, _count);
        _count++;
        return true;
    }

    public void End() => _end(_output, _count);

    private static void ListLine(TextWriter output, JsonElement json, int index)
    {
        if (index == 0)
        {
            output.WriteLine("-----Queue id--- ---Size--- -----Received----- Attempts State       Sender / Recipient");
        }

        string received = Text(json, "received");
        output.WriteLine(
            $"{Text(json, "id"),-16} {Text(json, "size"),10} {received[..Math.Min(19, received.Length)]} "
            + $"{Text(json, "attempts"),7} "
            + $"{Text(json, "state"),-11} <{Text(json, "from")}>");
        if (Text(json, "reply") is { Length: > 0 } reply)
        {
            output.WriteLine($"{string.Empty,17}({reply})");
        }

        if (Text(json, "holdReason") is { Length: > 0 } reason)
        {
            output.WriteLine($"{string.Empty,17}(held: {reason})");
        }

        if (Text(json, "to") is { Length: > 0 } to)
        {
            long unfinished = json.GetProperty("unfinished").GetInt64();
            string from = json.TryGetProperty("ownFrom", out _) ? $" (from <{Text(json, "ownFrom")}>)" : string.Empty;
            output.WriteLine(
                $"{string.Empty,68}<{to}>{from}{(unfinished > 1 ? $" and {unfinished - 1} more" : string.Empty)}");
        }
    }

    private static void SummaryLine(TextWriter output, JsonElement json, int index)
    {
        if (index == 0)
        {
            output.WriteLine(
                json.GetProperty("queued").GetInt64() == 0 ? "Queue Empty" : $"Queued {Text(json, "queued")}");
            output.WriteLine(
                $"Active {Text(json, "active")}, Deferred {Text(json, "deferred")}, Held {Text(json, "held")}, "
                + $"Quarantined {Text(json, "quarantined")}");
            output.WriteLine(
                $"Since the start: {Text(json, "accepted")} accepted, "
                + $"{Text(json, "removed")} Delivered or otherwise ended");
            return;
        }

        PrintDestination(output, json);
    }

    private static void PrintDestination(TextWriter output, JsonElement json)
    {
        string most = Text(json, "connectionsMax") is { Length: > 0 } max
            ? $" of {Text(json, "connectionsNow")}{(Text(json, "connectionsNow") == max ? string.Empty : $" (of {max})")}"
            : string.Empty;
        output.WriteLine(
            $"  {Text(json, "destination")}: {Text(json, "waiting")} waiting, {Text(json, "active")} active, "
            + $"{Text(json, "connections")}{most} connections");
        PrintUnlessEmpty(output, "arrived on", Text(json, "arrivedOn"));
        PrintUnlessEmpty(output, "blocked by", Text(json, "blocks"));
        PrintUnlessEmpty(output, "last reply", Text(json, "reply"));
        if (Text(json, "oldest") is { Length: > 0 } oldest)
        {
            output.WriteLine($"    oldest      {oldest} of {Text(json, "oldestReceived")}");
        }

        PrintUnlessEmpty(output, "rate", Text(json, "rate"));
    }

    private static void PrintUnlessEmpty(TextWriter output, string name, string text)
    {
        if (text.Length > 0)
        {
            output.WriteLine($"    {name,-11} {text}");
        }
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? Printable.Of(value.ToString()) : string.Empty;
}
