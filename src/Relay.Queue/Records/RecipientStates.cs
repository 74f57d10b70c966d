using System.Diagnostics;
using Relay.Smtp.Replies;

namespace Relay.Queue.Records;

/// <summary>
/// The states of one message's recipients, merged from its records. A terminal state never changes again, so applying
/// an outcome twice is harmless, and so it is with the mark that the sender was told of a delay, which stays. Reused;
/// one owner at a time.
/// </summary>
internal sealed class RecipientStates
{
    private Entry[] _entries = new Entry[8];
    private byte[] _replies = new byte[256];
    private int _repliesUsed;

    public int Count { get; private set; }

    /// <summary>Recipients that are not terminal.</summary>
    public int Unfinished { get; private set; }

    public static bool IsTerminal(RecipientStatus status) => status >= RecipientStatus.Delivered;

    public RecipientStatus GetStatus(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count);
        return _entries[ordinal].Status;
    }

    public ReadOnlySpan<byte> GetReply(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count);
        return Reply(in _entries[ordinal]);
    }

    public bool IsDelayNotified(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count);
        return _entries[ordinal].DelayNotified;
    }

    /// <summary>All recipients pending.</summary>
    public void Reset(int count)
    {
        if (_entries.Length < count)
        {
            _entries = new Entry[Math.Max(count, _entries.Length * 2)];
        }

        Array.Clear(_entries, 0, count);
        _repliesUsed = 0;
        Count = count;
        Unfinished = count;
    }

    public void CopyFrom(RecipientStates other)
    {
        Reset(other.Count);
        Unfinished = other.Unfinished;
        Array.Copy(other._entries, _entries, Count);
        if (_replies.Length < other._repliesUsed)
        {
            _replies = new byte[other._replies.Length];
        }

        other._replies.AsSpan(0, other._repliesUsed).CopyTo(_replies);
        _repliesUsed = other._repliesUsed;
    }

    /// <summary>
    /// Applies outcomes older than all applied so far (records are read from the newest to the oldest): what is known
    /// already stays.
    /// </summary>
    /// <returns>False if the octets are not outcomes of this message.</returns>
    public bool TryApplyOlder(ReadOnlySpan<byte> octets, int count)
    {
        var reader = new BodyReader(octets);
        for (int i = 0; i < count; i++)
        {
            OutcomeView outcome = OutcomeCodec.Read(ref reader);
            if (reader.Overrun || outcome.Ordinal >= Count)
            {
                return false;
            }

            _entries[outcome.Ordinal].DelayNotified |= outcome.DelayNotified;
            if (!_entries[outcome.Ordinal].Known)
            {
                Set(outcome.Ordinal, outcome.Status, outcome.ReplyCode, outcome.Code, outcome.Reply);
            }
        }

        return reader.IsAtEnd;
    }

    /// <summary>
    /// Applies what a notification says, in its stored form. It may be older than what is known: a terminal outcome
    /// counts unless the recipient has one, any other only for a recipient that no record spoke of; marks are added.
    /// </summary>
    /// <returns>False if nothing has changed.</returns>
    public bool TryApplyNotified(ReadOnlySpan<byte> octets, int count)
    {
        bool changed = false;
        var reader = new BodyReader(octets);
        for (int i = 0; i < count; i++)
        {
            OutcomeView outcome = OutcomeCodec.Read(ref reader);
            if (reader.Overrun || outcome.Ordinal >= Count)
            {
                break;
            }

            ref Entry entry = ref _entries[outcome.Ordinal];
            if (IsTerminal(entry.Status))
            {
                continue;
            }

            changed |= outcome.DelayNotified && !entry.DelayNotified;
            entry.DelayNotified |= outcome.DelayNotified;
            if (!entry.Known || IsTerminal(outcome.Status))
            {
                Set(outcome.Ordinal, outcome.Status, outcome.ReplyCode, outcome.Code, outcome.Reply);
                changed = true;
            }
        }

        return changed;
    }

    public void Apply(in RecipientOutcome outcome)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(outcome.Ordinal, Count);
        ref Entry entry = ref _entries[outcome.Ordinal];
        if (!IsTerminal(entry.Status))
        {
            entry.DelayNotified |= outcome.DelayNotified;
            Set(outcome.Ordinal, outcome.Status, outcome.ReplyCode, outcome.EnhancedCode, outcome.Reply.Span);
        }
    }

    /// <summary>True if the recipient ended delivered; for the reason of a Done record.</summary>
    public bool AnyDelivered()
    {
        for (int i = 0; i < Count; i++)
        {
            if (_entries[i].Status == RecipientStatus.Delivered)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Octets of all recipients that are not pending.</summary>
    public int Measure(bool withReplies, out int count)
    {
        count = 0;
        int length = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_entries[i].Known)
            {
                count++;
                length += OutcomeCodec.Measure(withReplies ? _entries[i].ReplyLength : 0);
            }
        }

        return length;
    }

    public void Write(bool withReplies, ref BodyWriter writer)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_entries[i].Known)
            {
                WriteOne(i, withReplies, ref writer);
            }
        }
    }

    public int MeasureOne(int ordinal) => OutcomeCodec.Measure(_entries[ordinal].ReplyLength);

    public void WriteOne(int ordinal, bool withReply, ref BodyWriter writer)
    {
        ref Entry entry = ref _entries[ordinal];
        OutcomeCodec.Write(
            ordinal,
            entry.Status,
            entry.ReplyCode,
            entry.Code,
            entry.DelayNotified,
            withReply ? Reply(in entry) : default,
            ref writer);
    }

    private ReadOnlySpan<byte> Reply(in Entry entry) => _replies.AsSpan(entry.ReplyOffset, entry.ReplyLength);

    private void Set(
        int ordinal, RecipientStatus status, int replyCode, EnhancedStatusCode code, ReadOnlySpan<byte> reply)
    {
        ref Entry entry = ref _entries[ordinal];
        Debug.Assert(!IsTerminal(entry.Status));
        reply = reply[..Math.Min(reply.Length, OutcomeCodec.ReplyLengthMax)];
        if (_replies.Length - _repliesUsed < reply.Length)
        {
            Array.Resize(ref _replies, Math.Max(_replies.Length * 2, _repliesUsed + reply.Length));
        }

        reply.CopyTo(_replies.AsSpan(_repliesUsed));
        entry.Status = status;
        entry.Known = true;
        entry.Code = code;
        entry.ReplyCode = (ushort)replyCode;
        entry.ReplyOffset = _repliesUsed;
        entry.ReplyLength = (byte)reply.Length;
        _repliesUsed += reply.Length;
        Unfinished -= IsTerminal(status) ? 1 : 0;
    }

    private struct Entry
    {
        public RecipientStatus Status;

        /// <summary>Some record spoke of this recipient.</summary>
        public bool Known;
        public bool DelayNotified;
        public byte ReplyLength;
        public ushort ReplyCode;
        public EnhancedStatusCode Code;
        public int ReplyOffset;
    }
}
