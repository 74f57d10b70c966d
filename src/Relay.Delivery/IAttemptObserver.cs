namespace Relay.Delivery;

/// <summary>
/// Hears of every attempt that has ended, after the queue has. Called by workers side by side; must be quick.
/// </summary>
public interface IAttemptObserver
{
    void OnAttempt(scoped in AttemptSummary attempt);
}
