using System.Text;

namespace Relay.Logging.Tracing;

/// <summary>
/// Finds the lives of messages by queue id, mailbox or Message-ID: once through the events for the messages, a second
/// time for all that happened to them. For administrators: takes as long as it takes, on the caller's thread.
/// </summary>
public static class TraceInquiry
{
    /// <summary>Messages that one inquiry shows; the latest.</summary>
    public const int MessagesMax = 200;

    /// <summary>Every event of the messages, in time order, as JSON lines without their line ends.</summary>
    /// <param name="text">A queue id, a mailbox or a Message-ID; brackets and case do not matter.</param>
    public static IReadOnlyList<string> Find(ITraceSource source, string text)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text.Trim().TrimStart('<').TrimEnd('>'));
        if (wanted.Length == 0)
        {
            return [];
        }

        var messages = new MessageFinder(wanted);
        source.Visit(messages);
        var events = new EventCollector(messages.TakeLatest(), wanted);
        source.Visit(events);
        return events.Lines();
    }

    private static bool Names(in MailEvent mailEvent, byte[] wanted) =>
        Ascii.EqualsIgnoreCase(mailEvent.ReversePath, wanted)
        || Ascii.EqualsIgnoreCase(mailEvent.Recipient, wanted)
        || Ascii.EqualsIgnoreCase(TextFormatter.TrimBrackets(mailEvent.MessageId), wanted);

    private sealed class MessageFinder(byte[] wanted) : TraceVisitor
    {
        private readonly Dictionary<string, DateTimeOffset> _found = new(StringComparer.OrdinalIgnoreCase);

        public override void Visit(in MailEvent mailEvent, DateTimeOffset time)
        {
            if (!mailEvent.QueueId.IsEmpty
                && (Ascii.EqualsIgnoreCase(mailEvent.QueueId, wanted)
                    || Ascii.EqualsIgnoreCase(mailEvent.Original, wanted)
                    || Names(in mailEvent, wanted)))
            {
                _found[Encoding.ASCII.GetString(mailEvent.QueueId)] = time;
            }
        }

        public HashSet<string> TakeLatest() => _found
            .OrderByDescending(static f => f.Value)
            .Take(MessagesMax)
            .Select(static f => f.Key)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private sealed class EventCollector(HashSet<string> messages, byte[] wanted) : TraceVisitor
    {
        private const int WithoutMessageMax = 1000;

        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _messages =
            messages.GetAlternateLookup<ReadOnlySpan<char>>();

        private readonly Dictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);
        private readonly List<(DateTimeOffset Time, string Id, bool IsAcceptance, string Line)> _lines = [];
        private int _withoutMessage;

        public override void Visit(in MailEvent mailEvent, DateTimeOffset time)
        {
            if (mailEvent.QueueId.IsEmpty)
            {
                // A refusal before there was a message.
                if (!Names(in mailEvent, wanted) || _withoutMessage >= WithoutMessageMax)
                {
                    return;
                }

                _withoutMessage++;
            }
            else if (!IsOfMessage(mailEvent.QueueId))
            {
                return;
            }

            Span<byte> scratch = stackalloc byte[FieldLimits.Line];
            var line = new LineWriter(scratch);
            JsonFormatter.Format(ref line, in mailEvent, time);
            string id = Encoding.ASCII.GetString(mailEvent.QueueId);
            _begun.TryAdd(id, time);
            _lines.Add((
                time, id, mailEvent.Kind == MailEventKind.Accepted, Encoding.UTF8.GetString(line.Written[..^1])));
        }

        /// <summary>An attempt may be told before the acceptance, which came first.</summary>
        public IReadOnlyList<string> Lines() =>
        [
            .. _lines
                .OrderBy(l => l.IsAcceptance && _begun[l.Id] < l.Time ? _begun[l.Id] : l.Time)
                .ThenByDescending(static l => l.IsAcceptance)
                .Select(static l => l.Line),
        ];

        private bool IsOfMessage(ReadOnlySpan<byte> id)
        {
            Span<char> chars = stackalloc char[id.Length];
            Ascii.ToUtf16(id, chars, out int count);
            return _messages.Contains(chars[..count]);
        }
    }
}
