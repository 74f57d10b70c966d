using System.CommandLine;
using System.Text.Json;

namespace Relay.Host.Commands;

/// <summary>
/// <c>relay trace ID|address|message-id</c>: the life of a message, from the running relay's own index.
/// </summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        var text = new Argument<string>("message")
        {
            Description = "A queue id, a sender's or recipient's address, or a Message-ID.",
        };
        var command = new Command("trace", "Prints what happened to a message, with each remote reply.") { text };
        QueueCommand.SetAction(command, ForTrace, result => $"trace {QueueCommand.Word(result.GetValue(text))}");
        return command;
    }

    private static QueueText ForTrace(TextWriter output)
    {
        string last = string.Empty;
        return QueueText.Of(output, (o, json, _) =>
        {
            string id = Text(json, "id");
            if (id != last)
            {
                o.WriteLine(id.Length > 0 ? id : "before there was a message");
                last = id;
            }

            o.WriteLine($"  {Text(json, "time")}  {Text(json, "event"),-9} {What(json)}");
            string reply = Text(json, "reply") is { Length: > 0 } r ? r : Text(json, "text");
            if (reply.Length > 0)
            {
                o.WriteLine($"  {string.Empty,24}  {string.Empty,-9} {reply}");
            }
        });
    }

    private static string What(JsonElement json)
    {
        var words = new List<string>();
        Add("from", $"from <{Text(json, "from")}>");
        Add("to", $"to <{Text(json, "to")}>");
        Add("relay", $"relay {Text(json, "relay")}");
        Add("client", $"client {Text(json, "client")}");
        Add("size", $"size {Text(json, "size")}");
        Add("nrcpts", $"recipients {Text(json, "nrcpts")}");
        Add("original", $"about {Text(json, "original")}");
        Add("delay", $"delay {Text(json, "delay")} s");
        return string.Join(", ", words);

        void Add(string name, string phrase)
        {
            if (json.TryGetProperty(name, out _))
            {
                words.Add(phrase);
            }
        }
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? Printable.Of(value.ToString()) : string.Empty;
}
