using Relay.Queue;
using Relay.Throttling;

namespace Relay.Delivery.Notifications;

/// <summary>
/// The failures of one message that wait to be told together; it holds one job of the message. Guarded by the lock of
/// its <see cref="FailureRounds"/> until it is taken out of there.
/// </summary>
internal sealed class FailureRound(QueueId id, Action<FailureRound> elapsed)
{
    private readonly List<KeptFailure> _failures = [];
    private DelayEntry? _patience;

    public QueueId Id { get; } = id;

    /// <summary>In the order of the envelope.</summary>
    public IEnumerable<KeptFailure> Failures => _failures.OrderBy(static f => f.Recipient.Ordinal);

    /// <summary>What is run when it has waited long enough.</summary>
    public DelayEntry Patience => _patience ??= new DelayEntry(() => elapsed(this));

    public void Add(KeptFailure failure) => _failures.Add(failure);
}
