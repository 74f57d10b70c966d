using System.Diagnostics;
using Relay.Delivery.Client;
using Relay.Delivery.Scheduling;

namespace Relay.Delivery.Destinations;

/// <summary>
/// Whether a destination can be connected to: its sessions, its pause, what it said last. Guarded by its destination's
/// lock where nothing else is said.
/// </summary>
/// <param name="options">Gives those now in force.</param>
/// <param name="isProven">One success is needed before there may be more than one connection; not if true.</param>
internal sealed class DestinationHealth(Func<DeliveryOptions> options, bool isProven)
{
    private static readonly DeliveryFailure NoAttempt = FailureText.Local(false, 4, 1, "No attempt was made", []);

    private DestinationBackoff _backoff;
    private bool _proven = isProven;
    private volatile DeliveryFailure _lastFailure = NoAttempt;
    private long _pausedUntil;
    private int _leaving;

    /// <summary>Sessions that are up, those included that were told to end.</summary>
    public int Sessions { get; private set; }

    /// <summary>Sessions that are up and stay.</summary>
    public int Established => Sessions - _leaving;

    /// <summary>What the last attempt met; needs no lock.</summary>
    public DeliveryFailure LastFailure
    {
        get => _lastFailure;
        set => _lastFailure = value;
    }

    /// <summary>The same for people; empty if none failed.</summary>
    public string LastReply =>
        ReferenceEquals(_lastFailure, NoAttempt) ? string.Empty : FailureText.Describe(_lastFailure);

    /// <summary>No session is up and none can be had for now; needs no lock.</summary>
    public bool IsPaused(long now) => Volatile.Read(ref _pausedUntil) > now;

    /// <summary>No connection is to be made for now.</summary>
    public bool IsBlocked(long now) => _backoff.IsBlocked(now);

    public TimeSpan PauseLeft(long now) => TimeSpan.FromMilliseconds(Math.Max(0, _backoff.BlockedUntil - now));

    /// <summary>
    /// New or failing, it may be tried by one at a time; else as many may try at once as sessions are up: a short line
    /// is served by those sooner than by more connections than it has messages.
    /// </summary>
    /// <param name="others">The workers besides the one that would connect.</param>
    public bool MayConnect(long now, int others) =>
        !IsBlocked(now) && others - Established < (_proven && !_backoff.IsFailing ? Math.Max(1, Established) : 1);

    public void OnConnected()
    {
        Sessions++;
        _proven = true;
        _backoff.Succeed();
        Volatile.Write(ref _pausedUntil, 0);
    }

    /// <summary>A session was told to end; it says so when it does.</summary>
    /// <param name="isSession">There is one.</param>
    public void OnLeaving(bool isSession) => _leaving += isSession ? 1 : 0;

    public void OnDisconnected(bool wasLeaving)
    {
        Sessions--;
        _leaving -= wasLeaving ? 1 : 0;
        Debug.Assert(Sessions >= 0 && _leaving >= 0);
    }

    /// <summary>No session could be had; how long to wait.</summary>
    public TimeSpan OnConnectFailed(long now, DeliveryFailure failure)
    {
        _lastFailure = failure;
        if (!IsBlocked(now))
        {
            _backoff.Fail(now, options(), Random.Shared.NextDouble());
        }

        if (Established == 0)
        {
            Volatile.Write(ref _pausedUntil, _backoff.BlockedUntil);
        }

        return PauseLeft(now);
    }

    /// <summary>Ends the pause.</summary>
    public void Unblock()
    {
        _backoff.Unblock();
        Volatile.Write(ref _pausedUntil, 0);
    }
}
