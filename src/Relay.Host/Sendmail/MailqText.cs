using System.Globalization;
using System.Text.Json;
using Relay.Host.Commands;

namespace Relay.Host.Sendmail;

/// <summary>Prints the answer of the request <c>mailq</c> as Sendmail prints its queue, line by line.</summary>
/// <param name="counts">Only the number of messages is wanted (<c>-bP</c>).</param>
/// <param name="directory">The queue's, where the relay does not name it.</param>
internal sealed class MailqText(TextWriter output, bool isVerbose, bool counts, string directory)
{
    private const string Head = "------Q-ID------ --Size-- -----Q-Time----- -----------Sender/Recipient----------";
    private const string VerboseHead =
        "------Q-ID------ --Size-- -Priority- ---Q-Time--- -------Sender/Recipient-------";

    private const int ReasonLength = 60;
    private const int VerboseReasonLength = 100;

    private long _listed;
    private long _requests;
    private string _states = string.Empty;
    private bool _hasCounts;

    /// <summary>Takes one JSON object of the answer.</summary>
    public void Add(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement json = document.RootElement;
        if (!_hasCounts)
        {
            _hasCounts = true;
            Begin(json);
        }
        else
        {
            _listed++;
            if (!counts)
            {
                Message(json);
            }
        }
    }

    public void End()
    {
        if (counts)
        {
            output.WriteLine($"{directory}: entries={_listed}");
            return;
        }

        output.WriteLine($"\t\t{_states}");
        output.WriteLine($"\t\tTotal requests: {_listed}");
    }

    private void Begin(JsonElement json)
    {
        _requests = json.GetProperty("requests").GetInt64();
        string name = Text(json, "directory") is { Length: > 0 } named ? named : directory;
        _states = json.GetProperty("queued").GetInt64() + json.GetProperty("deferred").GetInt64()
            + json.GetProperty("held").GetInt64() == 0
            ? $"Queue Empty, Delivered: {Text(json, "delivered")}"
            : $"Queued: {Text(json, "queued")}, Deferred: {Text(json, "deferred")}, Held: {Text(json, "held")}, "
                + $"Delivered: {Text(json, "delivered")}";
        if (counts)
        {
            return;
        }

        if (_requests == 0)
        {
            output.WriteLine($"{name} is empty");
            return;
        }

        output.WriteLine($"\t\t{name} ({_requests} request{(_requests == 1 ? string.Empty : "s")})");
        output.WriteLine(isVerbose ? VerboseHead : Head);
    }

    private void Message(JsonElement json)
    {
        string state = Text(json, "state");
        char mark = state == "active" ? '*' : ' ';
        DateTime received = json.GetProperty("received").GetDateTime().ToLocalTime();
        output.Write($"{Text(json, "id") + mark,-17}{Text(json, "size"),8} ");
        output.Write(isVerbose
            ? $"{Priority(json),10} {Time(received, "MMM")} "
            : $"{Time(received, "ddd MMM")} ");
        output.WriteLine($"<{Text(json, "from")}>");
        if (state is "held" or "quarantined")
        {
            output.WriteLine($"     QUARANTINE: {Cut(Text(json, "reason") is { Length: > 0 } why ? why : state)}");
        }

        JsonElement recipients = json.TryGetProperty("recipients", out JsonElement list) ? list : default;
        Status(json, state, recipients);
        if (recipients.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement recipient in recipients.EnumerateArray())
            {
                output.WriteLine($"\t\t\t\t\t{(isVerbose ? '\t' : ' ')}<{Text(recipient, "to")}>");
            }
        }
    }

    /// <summary>
    /// The body's type and why the message was not delivered, one line for both. That it is being tried again does not
    /// change the reason, which is of the last attempt as in Sendmail.
    /// </summary>
    private void Status(JsonElement json, string state, JsonElement recipients)
    {
        string reply = recipients.ValueKind == JsonValueKind.Array
            ? recipients.EnumerateArray()
                .Select(static r => Text(r, "reply"))
                .FirstOrDefault(static r => r.Length > 0, string.Empty)
            : string.Empty;
        string body = Text(json, "body");
        if (reply.Length == 0 && body.Length == 0)
        {
            return;
        }

        string status = reply.Length == 0 ? string.Empty
            : state is "deferred" or "active" ? $"   ({Cut($"Deferred: {reply}")})"
            : $"   ({Cut(reply)})";
        output.WriteLine($"    {body,10}{status}");
    }

    private string Cut(string text)
    {
        int length = isVerbose ? VerboseReasonLength : ReasonLength;
        return text.Length <= length ? text : text[..length];
    }

    /// <summary>As ctime(3) has it, with blanks for a day of one digit.</summary>
    private static string Time(DateTime time, string head) =>
        $"{time.ToString(head, CultureInfo.InvariantCulture)} {time.Day,2} "
        + time.ToString("HH':'mm", CultureInfo.InvariantCulture);

    /// <summary>Sendmail's own: size, 30000 a recipient, 90000 an attempt. Smaller goes first there.</summary>
    private static long Priority(JsonElement json)
    {
        long recipients = json.TryGetProperty("recipients", out JsonElement list) ? list.GetArrayLength() : 0;
        long size = json.TryGetProperty("size", out JsonElement octets) ? octets.GetInt64() : 0;
        return size + (30_000 * recipients) + (90_000 * json.GetProperty("attempts").GetInt64());
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? Printable.Of(value.ToString()) : string.Empty;
}
