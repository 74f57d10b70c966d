using System.Collections.Concurrent;
using System.Text;
using Relay.Delivery;
using Relay.Logging;
using Relay.Queue;
using Relay.Server.Policies;
using Relay.Smtp;
using Relay.Throttling;

namespace Relay.Host.Running;

/// <summary>
/// Deliveries that someone wants to see (<c>sendmail -v</c>, <c>sendmail -q -v</c>): brings together what the
/// connections say, what became of each recipient and when the attempt is over. Costs nothing while nobody looks.
/// Thread-safe.
/// </summary>
internal sealed class DeliveryWatches(IMailQueue queue) : IDeliveryWatcher, IDialogueObserver, IHeartbeatHandler
{
    private const int WatchesMax = 1000;

    private readonly ConcurrentDictionary<QueueId, DeliveryWatch> _watches = new();
    private int _count; // at least that of the table, whose own IsEmpty takes all its locks where it is empty
    private volatile bool _stopped;

    private bool IsEmpty => Volatile.Read(ref _count) == 0;

    public IDeliveryWatch? TryBegin(QueueId id)
    {
        if (_stopped || Volatile.Read(ref _count) >= WatchesMax)
        {
            return null;
        }

        var watch = new DeliveryWatch(ended => Remove(id, ended));
        Interlocked.Increment(ref _count);
        if (_watches.TryAdd(id, watch))
        {
            return watch;
        }

        Interlocked.Decrement(ref _count);
        return null;
    }

    public IDialogue? Find(QueueId id) => IsEmpty ? null : _watches.GetValueOrDefault(id);

    /// <summary>The message begins an attempt.</summary>
    public void OnReady(QueueId id, Envelope? envelope)
    {
        if (!IsEmpty && _watches.TryGetValue(id, out DeliveryWatch? watch))
        {
            watch.Expect(envelope?.RecipientCount
                ?? (queue.TryGetInfo(id, out QueueEntryInfo info) ? info.UnfinishedRecipients : 0));
        }
    }

    /// <summary>The message goes back without an attempt.</summary>
    public void OnReturned(QueueId id)
    {
        if (!IsEmpty && _watches.TryGetValue(id, out DeliveryWatch? watch))
        {
            watch.Add("queued");
            watch.End();
        }
    }

    /// <summary>What became of a recipient, as Sendmail words it.</summary>
    public void OnEvent(scoped in MailEvent mailEvent)
    {
        if (IsEmpty || mailEvent.QueueId.Length != QueueId.TextLength
            || !QueueId.TryParse(Encoding.ASCII.GetString(mailEvent.QueueId), out QueueId id)
            || !_watches.TryGetValue(id, out DeliveryWatch? watch))
        {
            return;
        }

        string recipient = Encoding.UTF8.GetString(mailEvent.Recipient);
        string reply = Encoding.UTF8.GetString(mailEvent.Reply);
        string? line = mailEvent.Kind switch
        {
            MailEventKind.Delivered => $"{recipient}... Sent ({WithoutCodes(reply)})",
            MailEventKind.Deferred => $"{recipient}... Deferred: {WithoutCodes(reply)}",
            MailEventKind.Bounced => $"{recipient}... {reply}",
            MailEventKind.Expired => $"{recipient}... Cannot send message: {reply}",
            MailEventKind.Discarded => $"{recipient}... discarded",
            MailEventKind.Held => $"{recipient}... quarantined: {reply}",
            _ => null,
        };
        if (line is not null)
        {
            watch.Finish(line);
        }
    }

    public void OnHeartbeat(long now)
    {
        if (IsEmpty)
        {
            return;
        }

        foreach ((QueueId id, DeliveryWatch watch) in _watches)
        {
            if (watch.IsIdle(now))
            {
                watch.Add($"{id}... queued");
                watch.End();
            }
        }
    }

    /// <summary>The relay stops: nobody waits any longer.</summary>
    public void Stop()
    {
        _stopped = true;
        foreach (DeliveryWatch watch in _watches.Values)
        {
            watch.End();
        }
    }

    private void Remove(QueueId id, DeliveryWatch watch)
    {
        if (_watches.TryRemove(new(id, watch)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Sendmail shows the text of the reply alone.</summary>
    private static string WithoutCodes(string reply)
    {
        string[] words = reply.Split(' ', 3);
        int code = words is [[_, _, _], ..] && int.TryParse(words[0], out _) ? 1 : 0;
        int text = code + (words.Length > code + 1 && IsEnhancedCode(words[code]) ? 1 : 0);
        return text < words.Length ? string.Join(' ', words[text..]) : reply;
    }

    /// <summary><c>4.4.1</c> and the like.</summary>
    private static bool IsEnhancedCode(string word) =>
        word.Split('.') is [{ Length: 1 }, { Length: > 0 }, { Length: > 0 }]
        && word.All(static c => c == '.' || char.IsAsciiDigit(c));
}
