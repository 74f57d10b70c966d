using Relay.Queue;

namespace Relay.Delivery.Attempts;

/// <summary>
/// The recipients of one attempt, in the order of the envelope, those of one reverse-path under one number. Keeps its
/// memory from message to message. One caller at a time.
/// </summary>
internal sealed class RecipientList
{
    private const int KeptCapacity = 1024;

    private RecipientAttempt[] _recipients = new RecipientAttempt[4];

    public Span<RecipientAttempt> All => _recipients.AsSpan(0, Count);

    public int Count { get; private set; }

    public void Clear()
    {
        if (_recipients.Length > KeptCapacity)
        {
            _recipients = new RecipientAttempt[4];
        }

        Count = 0;
    }

    /// <param name="message">Opened.</param>
    /// <param name="address">The mailbox to send in RCPT; null for the forward-path.</param>
    public void Add(QueuedMessage message, int ordinal, byte[]? address)
    {
        if (Count == _recipients.Length)
        {
            Array.Resize(ref _recipients, Count * 2);
        }

        _recipients[Count] = new RecipientAttempt
        {
            Ordinal = (ushort)ordinal,
            Sender = message.Envelope.HasOwnReversePaths ? SenderOf(message, ordinal) : 0,
            Address = address,
        };
        Count++;
    }

    /// <summary>
    /// Leaves out recipients while nothing is known of any but who they are: the others are as if just added.
    /// </summary>
    /// <param name="keep">Given the caller and the ordinal of each in turn.</param>
    public void Filter(MessageAttempt attempt, Func<MessageAttempt, int, bool> keep)
    {
        int count = Count;
        Count = 0;
        for (int i = 0; i < count; i++)
        {
            (ushort ordinal, byte[]? address) = (_recipients[i].Ordinal, _recipients[i].Address);
            if (keep(attempt, ordinal))
            {
                Add(attempt.Message, ordinal, address); // in a place before the one just read, or in that
            }
        }
    }

    /// <summary>Members of a list stand together, so the one before has the same reverse-path as a rule.</summary>
    private int SenderOf(QueuedMessage message, int ordinal)
    {
        ReadOnlySpan<byte> reversePath = message.Envelope.GetRecipient(ordinal).ReversePath;
        if (Count > 0 && HasReversePath(_recipients[Count - 1], reversePath))
        {
            return _recipients[Count - 1].Sender;
        }

        for (int i = 0; i < Count; i++)
        {
            if (_recipients[i].Sender == i && HasReversePath(_recipients[i], reversePath))
            {
                return i;
            }
        }

        return Count;

        bool HasReversePath(in RecipientAttempt recipient, ReadOnlySpan<byte> path) =>
            message.Envelope.GetRecipient(recipient.Ordinal).ReversePath.SequenceEqual(path);
    }
}
