using System.Collections.Concurrent;
using Relay.Delivery.Destinations;
using Relay.Queue;

namespace Relay.Delivery.Attempts;

/// <summary>
/// To which destination each recipient was given, of messages with several jobs. A message may be in a paused
/// destination's line for long, and its recipients' routes change meanwhile: the destination then finds here which of
/// those that are not its own any more nobody else has. In RAM, while the jobs last; thread-safe. Messages with one
/// destination never come here.
/// </summary>
internal sealed class RecipientPlaces(IMailQueue queue)
{
    /// <summary>About 10 MB. Recipients of further messages wait, if their route changes, for the other jobs.</summary>
    private const int MessagesMax = 50_000;

    private readonly ConcurrentDictionary<QueueId, uint[]> _byId = new();
    private int _count;

    /// <summary>A message is split anew.</summary>
    /// <param name="numbers">Of each recipient's destination; 0 for none.</param>
    /// <param name="isSplit">There are several; else there is nothing to be kept.</param>
    public void Begin(QueueId id, List<uint> numbers, bool isSplit)
    {
        if (isSplit)
        {
            Add(id, [.. numbers]);
        }
        else if (Volatile.Read(ref _count) > 0 && _byId.TryRemove(id, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Some recipients of a message that is under way were routed anew.</summary>
    /// <param name="recipients">Their ordinals.</param>
    /// <param name="numbers">Of the destination of each of them; 0 for none.</param>
    /// <param name="recipientCount">All of the message's.</param>
    public void Move(QueueId id, ushort[] recipients, List<uint> numbers, int recipientCount)
    {
        if (!_byId.TryGetValue(id, out uint[]? places))
        {
            places = new uint[recipientCount];
            Add(id, places);
        }

        for (int i = 0; i < recipients.Length; i++)
        {
            Volatile.Write(ref places[recipients[i]], numbers[i]);
        }
    }

    /// <summary>
    /// The recipients that the destination was given, and which the attempt has not selected since they are another's
    /// by now: they are the caller's to route anew. Null if there are none.
    /// </summary>
    public ushort[]? TakeMoved(MessageAttempt attempt, Destination destination)
    {
        uint[]? places = Volatile.Read(ref _count) > 0 ? _byId.GetValueOrDefault(attempt.Id) : null;
        if (places is null
            && (!queue.TryGetInfo(attempt.Id, out QueueEntryInfo info) || info.Tag != destination.Number))
        {
            return null; // not the only destination that the message was given to
        }

        List<ushort>? moved = null;
        Span<RecipientAttempt> selected = attempt.Recipients; // in the order of the envelope
        for (int ordinal = 0; ordinal < attempt.Message.Envelope.RecipientCount; ordinal++)
        {
            if (selected.Length > 0 && selected[0].Ordinal == ordinal)
            {
                selected = selected[1..];
            }
            else if (attempt.Message.GetStatus(ordinal) <= RecipientStatus.Deferred
                && (places is null
                    || Interlocked.CompareExchange(ref places[ordinal], 0, destination.Number) == destination.Number))
            {
                (moved ??= []).Add((ushort)ordinal);
            }
        }

        return moved?.ToArray();
    }

    /// <summary>A job of a message has ended: with the last one, what is known of it goes.</summary>
    public void OnJobEnded(QueueId id)
    {
        if (Volatile.Read(ref _count) > 0 && _byId.TryGetValue(id, out uint[]? places)
            && !(queue.TryGetInfo(id, out QueueEntryInfo info) && info.Jobs > 0)
            && _byId.TryRemove(KeyValuePair.Create(id, places))) // not those of its next round
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private void Add(QueueId id, uint[] places)
    {
        while (true)
        {
            if (_byId.TryGetValue(id, out uint[]? known))
            {
                if (_byId.TryUpdate(id, places, known))
                {
                    return;
                }
            }
            else if (Volatile.Read(ref _count) >= MessagesMax)
            {
                return;
            }
            else if (_byId.TryAdd(id, places))
            {
                Interlocked.Increment(ref _count);
                return;
            }
        }
    }
}
