using System.Text;
using System.Text.Json;
using Relay.Host.Admin;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>
/// A page of the queue: messages with a text in their id, sender or a recipient, in a state. One answer looks at a
/// bounded number of messages, whose records must be read; it says where to go on.
/// </summary>
internal sealed class QueueSearch(string text, string state)
{
    private const int RowsMax = 100;
    private const int ReadsMax = 20_000;

    private readonly byte[] _text = Encoding.UTF8.GetBytes(text.Trim());

    public void Write(IMailQueue queue, string after, Utf8JsonWriter json)
    {
        QueueId from = QueueId.TryParse(after, out QueueId parsedId) ? parsedId : default;
        QueueEntryState? wanted = Enum.TryParse(state, ignoreCase: true, out QueueEntryState parsed) ? parsed : null;
        using QueuedMessage message = queue.CreateQueued();
        QueueId last = default;
        int rows = 0;
        int reads = 0;
        json.WriteStartObject();
        json.WriteStartArray("rows");
        foreach (QueueEntryInfo info in queue.Enumerate())
        {
            if (info.Id <= from || (wanted is { } only && info.State != only))
            {
                continue;
            }

            if (rows >= RowsMax || reads >= ReadsMax)
            {
                break;
            }

            last = info.Id;
            reads++;
            bool isReadable = TryInspect(queue, info.Id, message);
            if (IsWanted(info, isReadable ? message : null))
            {
                QueueReport.WriteEntry(json, info, isReadable ? message : null);
                rows++;
            }
        }

        json.WriteEndArray();
        if (rows >= RowsMax || reads >= ReadsMax)
        {
            json.WriteString("next", last.ToString());
        }

        json.WriteEndObject();
    }

    internal static bool TryInspect(IMailQueue queue, QueueId id, QueuedMessage message)
    {
        try
        {
            return queue.TryInspect(id, message);
        }
        catch (MailQueueException)
        {
            return false; // damaged: shown from the index alone
        }
    }

    private bool IsWanted(in QueueEntryInfo info, QueuedMessage? message)
    {
        if (_text.Length == 0)
        {
            return true;
        }

        if (Contains(Encoding.ASCII.GetBytes(info.Id.ToString())))
        {
            return true;
        }

        if (message is null)
        {
            return false;
        }

        bool found = Contains(message.Envelope.ReversePath);
        for (int i = 0; i < message.Envelope.RecipientCount && !found; i++)
        {
            found = Contains(message.Envelope.GetRecipient(i).ForwardPath) || Contains(message.GetLastReply(i));
        }

        return found;
    }

    private bool Contains(ReadOnlySpan<byte> octets)
    {
        for (; octets.Length >= _text.Length; octets = octets[1..])
        {
            if (Ascii.EqualsIgnoreCase(octets[.._text.Length], _text))
            {
                return true;
            }
        }

        return octets.Length == _text.Length && octets.SequenceEqual(_text);
    }
}
