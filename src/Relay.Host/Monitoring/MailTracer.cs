using System.Diagnostics;
using System.Text;
using Relay.Delivery;
using Relay.Logging;
using Relay.Queue;

namespace Relay.Host.Monitoring;

/// <summary>
/// Traces messages: <c>receive</c> for the reception, <c>queue</c> for each wait, <c>deliver</c> for each attempt. A
/// message's trace id is made of its queue id, and whether it is sampled of the trace id: all its spans are in one
/// trace or in none, after a restart too, and nothing need be kept for that. A message that is not sampled costs a few
/// multiplications and no memory. Thread-safe.
/// </summary>
internal sealed class MailTracer : IMailLog, IAttemptObserver, IDisposable
{
    public const string SourceName = "Relay.Fast";

    private readonly ActivitySource _source = new(SourceName, typeof(MailTracer).Assembly.GetName().Version?.ToString(3));
    private readonly TimeProvider _time;
    private readonly TraceIds _ids;
    private readonly TraceRoots _roots;

    /// <param name="hostName">Two relays with the same queue ids have different traces.</param>
    /// <param name="sample">The part of the messages to trace, from 0 to 1.</param>
    public MailTracer(string hostName, double sample, TimeProvider time)
    {
        _time = time;
        _ids = new TraceIds(hostName, sample);
        _roots = new TraceRoots(time.GetUtcNow());
    }

    public void Write(scoped in MailEvent mailEvent)
    {
        bool isReception = mailEvent.Kind switch
        {
            MailEventKind.Accepted => true,
            MailEventKind.Rejected => mailEvent.Stage == MailStage.Content,
            MailEventKind.Discarded => mailEvent.HasReversePath, // without, a route that discards did it
            _ => false,
        };
        if ((!isReception && mailEvent.Kind != MailEventKind.Deleted) || !TryParse(mailEvent.QueueId, out QueueId id)
            || !_ids.IsSampled(id))
        {
            return;
        }

        if (isReception)
        {
            EndReception(id, in mailEvent);
        }
        else
        {
            _roots.Remove(id);
        }
    }

    public void OnAttempt(scoped in AttemptSummary attempt)
    {
        if (!_ids.IsSampled(attempt.Id))
        {
            return;
        }

        DateTimeOffset end = _time.GetUtcNow();
        DateTimeOffset start = end - attempt.Elapsed;
        TraceRoot root = _roots.GetOrAdd(attempt.Id, end);
        bool hasReception = _roots.HasReception(attempt.Id);
        ActivityContext parent = _ids.ContextOf(attempt.Id, hasReception ? ReceptionOf(root, attempt.Id)?.SpanId : null);
        DateTimeOffset since;
        bool isOver;
        lock (root)
        {
            since = root.WaitsSince;
            root.WaitsSince = end;
            root.IsOver |= attempt.IsLast;
            isOver = root.IsOver && (root.IsReceived || !hasReception);
        }

        if (attempt.Destination.Length > 0)
        {
            if (since == default && attempt.Earlier == 0 && !hasReception)
            {
                since = attempt.Id.Created;
            }

            if (since != default && since < start)
            {
                End(Begin("queue", ActivityKind.Internal, parent, since), start);
            }

            if (Begin("deliver", ActivityKind.Client, parent, start) is { } span)
            {
                SpanTags.Describe(span, in attempt);
                End(span, end);
            }
        }

        if (isOver)
        {
            _roots.Remove(attempt.Id);
        }
    }

    public void Dispose() => _source.Dispose();

    private static bool TryParse(ReadOnlySpan<byte> text, out QueueId id)
    {
        Span<char> chars = stackalloc char[QueueId.TextLength];
        id = default;
        return text.Length == QueueId.TextLength && Encoding.ASCII.GetChars(text, chars) == chars.Length
            && QueueId.TryParse(chars, out id);
    }

    private static void End(Activity? span, DateTimeOffset end)
    {
        if (span is not null)
        {
            span.SetEndTime(end.UtcDateTime > span.StartTimeUtc ? end.UtcDateTime : span.StartTimeUtc.AddTicks(1));
            Activity? before = Activity.Current;
            span.Stop();
            Activity.Current = before;
        }
    }

    private void EndReception(QueueId id, scoped in MailEvent mailEvent)
    {
        DateTimeOffset now = _time.GetUtcNow();
        TraceRoot root = _roots.GetOrAdd(id, now);
        Activity? span = ReceptionOf(root, id);
        bool isOver;
        lock (root)
        {
            root.IsReceived = true;
            root.IsOver |= mailEvent.Kind != MailEventKind.Accepted;
            root.WaitsSince = root.WaitsSince == default ? now : root.WaitsSince;
            isOver = root.IsOver;
        }

        if (span is not null)
        {
            SpanTags.Describe(span, in mailEvent);
            if (!mailEvent.Original.IsEmpty && TryParse(mailEvent.Original, out QueueId original)
                && _roots.Find(original)?.Reception is { } about)
            {
                span.AddLink(new ActivityLink(about.Context));
            }

            End(span, now);
        }

        if (isOver)
        {
            _roots.Remove(id);
        }
    }

    /// <summary>The reception's span, begun with the message's id, which was given to it at MAIL.</summary>
    private Activity? ReceptionOf(TraceRoot root, QueueId id)
    {
        lock (root)
        {
            if (root.Reception is { } known)
            {
                return known;
            }
        }

        Activity? begun = Begin("receive", ActivityKind.Server, _ids.ContextOf(id, parent: null), id.Created);
        lock (root)
        {
            return root.Reception ??= begun; // who comes second throws its own away, which nobody has seen
        }
    }

    /// <summary>
    /// Begins a span without becoming the caller's present one: sessions and workers are not in a span.
    /// </summary>
    private Activity? Begin(string name, ActivityKind kind, ActivityContext parent, DateTimeOffset start)
    {
        Activity? before = Activity.Current;
        Activity? span = _source.StartActivity(name, kind, parent, startTime: start);
        Activity.Current = before;
        return span;
    }
}
