using Relay.Queue;

namespace Relay.Delivery.Attempts;

/// <summary>
/// Who has which recipient in hand, of messages that several jobs are busy with. Routes may change while a message is
/// under way, so that two destinations, or two workers of one, find the same recipient to be theirs: the first has it,
/// the others leave it alone, or it would get the message twice. Thread-safe; messages with one recipient or one job
/// never come here.
/// </summary>
internal sealed class RecipientClaims
{
    private const int StripeCount = 16;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripeCount).Select(static _ => new Stripe())];

    /// <summary>
    /// Another value than before: some recipient has got another state meanwhile, and what was read before may be old.
    /// </summary>
    public long Stamp(QueueId id) => Volatile.Read(ref StripeOf(id).Released);

    /// <summary>
    /// Nobody has a recipient of the message in hand, and none has got another state since the stamp was read. May be
    /// false for what others do with other messages.
    /// </summary>
    public bool IsQuiet(QueueId id, long stamp)
    {
        Stripe stripe = StripeOf(id);
        lock (stripe.Gate)
        {
            return stripe.Owners.Count == 0 && stripe.Released == stamp;
        }
    }

    /// <summary>False if somebody else has the recipient in hand.</summary>
    public bool TryClaim(QueueId id, int ordinal, object owner)
    {
        Stripe stripe = StripeOf(id);
        lock (stripe.Gate)
        {
            return stripe.Owners.TryAdd((id, ordinal), owner);
        }
    }

    /// <summary>Lets the recipient go; nothing if the claim is not the owner's.</summary>
    /// <param name="hasOutcome">The queue has learnt its state: whoever read that before must do so again.</param>
    public void Release(QueueId id, int ordinal, object owner, bool hasOutcome)
    {
        Stripe stripe = StripeOf(id);
        lock (stripe.Gate)
        {
            if (stripe.Owners.TryGetValue((id, ordinal), out object? known) && ReferenceEquals(known, owner))
            {
                stripe.Owners.Remove((id, ordinal));
                Volatile.Write(ref stripe.Released, stripe.Released + (hasOutcome ? 1 : 0));
            }
        }
    }

    /// <summary>
    /// All jobs of the message have ended, and it is about to be split anew: who still has a recipient of it is about
    /// to let go.
    /// </summary>
    public void Forget(QueueId id, int recipientCount)
    {
        Stripe stripe = StripeOf(id);
        lock (stripe.Gate)
        {
            for (int ordinal = 0; ordinal < recipientCount && stripe.Owners.Count > 0; ordinal++)
            {
                stripe.Owners.Remove((id, ordinal));
            }
        }
    }

    private Stripe StripeOf(QueueId id) => _stripes[(uint)id.GetHashCode() % StripeCount];

    private sealed class Stripe
    {
        public long Released;

        public Lock Gate { get; } = new();

        public Dictionary<(QueueId Id, int Ordinal), object> Owners { get; } = [];
    }
}
