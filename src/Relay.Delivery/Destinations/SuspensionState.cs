using Relay.Delivery.Client;

namespace Relay.Delivery.Destinations;

/// <summary>
/// Whether one destination is suspended. Read without a lock; changed under its destination's.
/// </summary>
internal sealed class SuspensionState(SuspensionTable table, string name)
{
    private volatile Suspension? _present;

    public bool IsOn => _present is not null;

    /// <summary>An administrator's order: neither a flush nor a reload ends it.</summary>
    public bool IsManual => _present is { IsManual: true };

    /// <summary>Why mail waits; null if it does not for this.</summary>
    public DeliveryFailure? Failure => _present is { } present
        ? FailureText.Local(false, 3, 2, $"Delivery suspended: {present.Reason}", [])
        : null;

    /// <summary>Takes over what the table says.</summary>
    public void Refresh(DateTimeOffset now)
    {
        bool found = table.TryGet(name, out Suspension? suspension);
        _present = found && !suspension!.IsOver(now) ? suspension : null;
    }

    public void Begin(Suspension suspension) => _present = table.Add(name, suspension);

    public void End()
    {
        table.Remove(name);
        _present = null;
    }

    /// <summary>Ends what is over.</summary>
    public void EndInTime(DateTimeOffset now)
    {
        if (_present is { } present && present.IsOver(now))
        {
            table.Remove(name, present);
            _present = null;
        }
    }

    public SuspensionSummary? Summarize() => _present?.Summarize(name);
}
