using System.Diagnostics;
using Relay.Delivery.Client;
using Relay.Delivery.Scheduling;
using Relay.Queue;
using Relay.Routing.Routes;

namespace Relay.Delivery.Destinations;

/// <summary>
/// One destination: its parked messages, its workers (one per connection and active message) and its pause. Messages
/// wait here, so a dead or slow destination costs the others nothing. A destination that is new or failing may open
/// one connection at a time; one success opens the window. Thread-safe; nothing is called out under the lock.
/// </summary>
internal sealed class Destination
{
    private const long WindowGrowthMilliseconds = 10_000;
    private const long AgeSweepMilliseconds = 600_000;
    private const int SharedMessagesMax = 20;

    private readonly DeliveryContext _context;
    private readonly Lock _lock = new();

    // Under _lock:
    private WaitingLine _fifo;
    private DestinationBackoff _backoff;
    private IdleWorkers _idle;
    private int _workers;
    private int _established;
    private int _window;
    private bool _proven;
    private bool _retired;
    private long _windowChanged;
    private long _swept;
    private long _idleSince;

    private volatile DeliveryFailure _lastFailure;
    private volatile Suspension? _suspension;
    private long _pausedUntil;

    public Destination(DeliveryContext context, Route route, uint number)
    {
        _context = context;
        Route = route;
        Number = number;
        NameOctets = System.Text.Encoding.UTF8.GetBytes(route.Name);
        IsRemote = route.Kind is RouteKind.Smtp or RouteKind.Lmtp;
        _window = IsRemote ? Math.Max(1, context.Options.ConnectionsPerDestinationMax) : 1;
        _proven = !IsRemote;
        RecipientsMax = Math.Max(1, context.Options.RecipientsPerTransactionMax);
        UsesChunking = context.Options.UseChunking;
        PipelinesTransactions = route.IsMxRoute
            ? context.Options.PipelineTransactionsOnMxRoutes
            : context.Options.PipelineTransactions;
        _idleSince = context.Heartbeat.Now;
        _lastFailure = FailureText.Local(false, 4, 1, "No attempt was made", []);
        RefreshSuspension();
    }

    public uint Number { get; }

    /// <summary>As last given by the resolver: hosts and text may change while the name stays.</summary>
    public Route Route { get; private set; }

    public string Name => Route.Name;

    public byte[] NameOctets { get; }

    /// <summary>False for hold, error and discard routes.</summary>
    public bool IsRemote { get; }

    /// <summary>Owned by <see cref="ConnectionBudget"/>, under its lock.</summary>
    public bool WaitsForBudget { get; set; }

    /// <summary>Recipients that the next hop takes per transaction, learnt from its 452 4.5.3.</summary>
    public int RecipientsMax { get; set; }

    /// <summary>Send by BDAT where offered; ends with the first next hop that offers it and refuses it.</summary>
    public bool UsesChunking { get; set; }

    /// <summary>
    /// Send the next message's commands with the final dot; ends with the first next hop that does not answer them.
    /// </summary>
    public bool PipelinesTransactions { get; set; }

    /// <summary>Why mail waits: the suspension, or what the last attempt met.</summary>
    public DeliveryFailure LastFailure => _suspension is { } suspension
        ? FailureText.Local(false, 3, 2, $"Delivery suspended: {suspension.Reason}", [])
        : _lastFailure;

    /// <summary>No mail is sent for now; read without the lock.</summary>
    public bool IsPaused => IsSuspended || Volatile.Read(ref _pausedUntil) > _context.Heartbeat.Now;

    private bool IsSuspended => _suspension is not null;

    /// <summary>Takes over what the table says; called once it can be found by those who suspend.</summary>
    public void RefreshSuspension()
    {
        lock (_lock)
        {
            bool found = _context.Suspensions.TryGet(Name, out Suspension? suspension);
            _suspension = found && !suspension!.IsOver(_context.UtcNow) ? suspension : null;
        }
    }

    public bool Serves(Route route)
    {
        if (ReferenceEquals(route, Route))
        {
            return true;
        }

        if (!string.Equals(route.Name, Name, StringComparison.OrdinalIgnoreCase) || route.Kind != Route.Kind)
        {
            return false;
        }

        Route = route;
        return true;
    }

    /// <summary>Takes a message; false if the destination was forgotten meanwhile.</summary>
    public bool TryEnqueue(QueueId id)
    {
        DeliveryWorker? idle;
        DeliveryWorker? started = null;
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            idle = IsSuspended ? null : _idle.TryPop();
            if (idle is null)
            {
                Wait(id);
                started = StartWorker(_context.Heartbeat.Now, out id);
            }
        }

        idle?.Give(id);
        started?.Start(this, id);
        return true;
    }

    /// <summary>The next message for a worker, without waiting; for the transaction behind the present one.</summary>
    public bool TryTakeMore(out QueueId id)
    {
        id = default;
        if (_context.IsStopping || _context.Budget.HasWaiters)
        {
            return false;
        }

        lock (_lock)
        {
            return !IsSuspended && _fifo.TryDequeue(out id);
        }
    }

    /// <summary>The next message for a worker, or whether it is to wait (only with a connection) or to end.</summary>
    public TakeResult Take(DeliveryWorker worker, bool hasConnection, int messagesSent, out QueueId id)
    {
        bool share = _context.Budget.HasWaiters;
        lock (_lock)
        {
            bool mayTake = !_context.IsStopping
                && (!IsSuspended || _fifo.HasDue)
                && !(share && (_workers > 1 || messagesSent >= SharedMessagesMax))
                && (hasConnection || (_workers <= _window && MayConnect(_context.Heartbeat.Now, others: _workers - 1)));
            if (mayTake && _fifo.TryDequeue(out id))
            {
                return TakeResult.Taken;
            }

            id = default;
            if (hasConnection && !share && !_context.IsStopping && !IsSuspended)
            {
                _idle.Push(worker);
                return TakeResult.Parked;
            }

            EndWorker();
        }

        EndedWorker();
        return TakeResult.End;
    }

    /// <summary>A session was established: the window opens.</summary>
    public void OnConnected()
    {
        lock (_lock)
        {
            _established++;
            _proven = true;
            _backoff.Succeed();
            _fifo.ForgetSweeps();
            Volatile.Write(ref _pausedUntil, 0);
        }

        Pump();
    }

    public void OnDisconnected()
    {
        lock (_lock)
        {
            _established--;
            Debug.Assert(_established >= 0);
        }
    }

    /// <summary>
    /// No session could be established. True: the message is parked again, as other connections are up and the next hop
    /// just takes no more of them. False: it is to be deferred until <paramref name="pause"/> is over.
    /// </summary>
    public bool OnConnectFailed(QueueId id, DeliveryFailure failure, bool mayPark, out TimeSpan pause)
    {
        long now = _context.Heartbeat.Now;
        lock (_lock)
        {
            _lastFailure = failure;
            if (!_backoff.IsBlocked(now))
            {
                _backoff.Fail(now, _context.Options, Random.Shared.NextDouble());
            }

            pause = TimeSpan.FromMilliseconds(_backoff.BlockedUntil - now);
            if (_established == 0)
            {
                Volatile.Write(ref _pausedUntil, _backoff.BlockedUntil);
            }

            if (_established == 0 || !mayPark)
            {
                return false;
            }

            _window = _established;
            _windowChanged = now;
            _fifo.EnqueueFirst(id);
            return true;
        }
    }

    /// <summary>
    /// A worker needs a connection: false if none is to be tried now. The message is then parked again, or, if it may
    /// not be, is to be deferred until the pause is over.
    /// </summary>
    public bool MayConnectNow(QueueId id, bool mayPark, out TimeSpan pause)
    {
        long now = _context.Heartbeat.Now;
        lock (_lock)
        {
            pause = TimeSpan.FromMilliseconds(Math.Max(0, _backoff.BlockedUntil - now));
            if (!_backoff.IsBlocked(now) && !IsSuspended)
            {
                return true;
            }

            if (mayPark)
            {
                _fifo.EnqueueFirst(id);
            }

            return false;
        }
    }

    /// <summary>Remembers what the next hop said last, for the summary.</summary>
    public void SetLastFailure(DeliveryFailure failure) => _lastFailure = failure;

    /// <summary>
    /// Ends the pause, and a suspension that no administrator ordered: parked messages are attempted now.
    /// </summary>
    public void Unblock()
    {
        if (_suspension is { IsManual: false })
        {
            Resume();
        }

        lock (_lock)
        {
            _backoff.Unblock();
            Volatile.Write(ref _pausedUntil, 0);
        }

        Pump();
    }

    /// <summary>
    /// Sends no more mail for so long; transactions that are under way end first. Mail that comes waits in line,
    /// expires in its time, and leaves when the suspension is over.
    /// </summary>
    /// <param name="reason">In words, such as <c>authentication failed: 535 5.7.8 bad password</c>.</param>
    public void Suspend(string reason, TimeSpan duration) => Suspend(
        new Suspension(reason, _context.UtcNow, _context.UtcNow + duration, IsManual: false));

    /// <inheritdoc cref="Suspend(string, TimeSpan)"/>
    public void Suspend(Suspension suspension)
    {
        IdleWorkers idle;
        lock (_lock)
        {
            _suspension = _context.Suspensions.Add(Name, suspension);
            idle = _idle;
            _idle = default;
        }

        idle.EndAll();
    }

    /// <summary>Ends a suspension, whoever ordered it.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _context.Suspensions.Remove(Name);
            _suspension = null;
        }

        Pump();
    }

    /// <summary>
    /// Gives parked messages to idle workers, then starts as many workers as there is work and room for.
    /// </summary>
    public void Pump()
    {
        while (true)
        {
            DeliveryWorker? idle;
            DeliveryWorker? started = null;
            QueueId id;
            lock (_lock)
            {
                idle = TakeIdle(out id);
                if (idle is null)
                {
                    started = StartWorker(_context.Heartbeat.Now, out id);
                }
            }

            idle?.Give(id);
            started?.Start(this, id);
            if (idle is null && started is null)
            {
                return;
            }
        }
    }

    /// <summary>Ends idle connections, pauses and itself in time. True if it was forgotten.</summary>
    public bool OnHeartbeat(long now)
    {
        IdleWorkers stale;
        bool pump;
        EndSuspensionInTime();
        lock (_lock)
        {
            stale = _idle.TakeStale(now, all: _context.Budget.HasWaiters);
            if (_window < _context.Options.ConnectionsPerDestinationMax && IsRemote
                && now - _windowChanged >= WindowGrowthMilliseconds)
            {
                _window++;
                _windowChanged = now;
            }

            if ((_backoff.IsBlocked(now) || IsSuspended) && _fifo.Count > 0 && now - _swept >= AgeSweepMilliseconds)
            {
                _swept = now;
                _fifo.Sweep(_context.UtcNow, _context.Life);
            }

            pump = _fifo.Count > 0;
            if (pump || _workers > 0 || _backoff.IsBlocked(now))
            {
                _idleSince = now;
            }
            else if (now - _idleSince >= (long)_context.Options.DestinationIdleTimeout.TotalMilliseconds)
            {
                _retired = true;
            }
        }

        stale.EndAll();

        if (pump)
        {
            Pump();
        }

        return _retired;
    }

    /// <summary>Sends the idle workers home; called once the stop has begun.</summary>
    public void OnStopping()
    {
        IdleWorkers idle;
        lock (_lock)
        {
            idle = _idle;
            _idle = default;
        }

        idle.EndAll();
    }

    /// <summary>An idle worker was told to end and does.</summary>
    public void OnIdleEnded()
    {
        lock (_lock)
        {
            EndWorker();
        }

        EndedWorker();
    }

    public DestinationSummary Summarize()
    {
        long now = _context.Heartbeat.Now;
        lock (_lock)
        {
            bool blocked = _backoff.IsBlocked(now);
            return new DestinationSummary(
                Name,
                Number,
                Route.Kind,
                _fifo.Count,
                _workers - _idle.Count,
                _established,
                _fifo.TryPeek(out QueueId oldest) ? oldest : default,
                _lastFailure.Code == 0 && !_backoff.IsFailing && _lastFailure.Peer.Length == 0
                    ? string.Empty
                    : Describe(_lastFailure),
                blocked ? _context.UtcNow + TimeSpan.FromMilliseconds(_backoff.BlockedUntil - now) : null);
        }
    }

    private void EndSuspensionInTime()
    {
        if (_suspension is { } suspension && suspension.IsOver(_context.UtcNow))
        {
            lock (_lock)
            {
                _context.Suspensions.Remove(Name, suspension);
                _suspension = ReferenceEquals(_suspension, suspension) ? null : _suspension;
            }
        }
    }

    private static string Describe(DeliveryFailure failure)
    {
        string text = System.Text.Encoding.UTF8.GetString(failure.Text);
        return failure.Code == 0 ? text : $"{failure.Code} {failure.EnhancedCode} {text}".Replace("  ", " ");
    }

    // A message that was parked again, for want of a connection of its own, goes over one that has become idle.
    private DeliveryWorker? TakeIdle(out QueueId id)
    {
        id = default;
        if (_fifo.Count == 0 || _context.IsStopping || IsSuspended || _idle.TryPop() is not { } idle)
        {
            return null;
        }

        _fifo.TryDequeue(out id);
        return idle;
    }

    private DeliveryWorker? StartWorker(long now, out QueueId id)
    {
        id = default;
        if (_fifo.Count == 0 || _context.IsStopping || _workers >= _window || !MayConnect(now, _workers)
            || (IsRemote && !_context.Budget.TryAcquire(this)))
        {
            return null;
        }

        _fifo.TryDequeue(out id);
        _workers++;
        return _context.Workers.Rent();
    }

    private void Wait(QueueId id)
    {
        if (IsSuspended || _backoff.IsBlocked(_context.Heartbeat.Now))
        {
            _fifo.EnqueueBlocked(id, _context.UtcNow, _context.Life);
        }
        else
        {
            _fifo.Enqueue(id);
        }
    }

    /// <param name="others">The workers besides the one that would connect.</param>
    private bool MayConnect(long now, int others)
    {
        if (_fifo.HasDue)
        {
            return true; // to be looked at for their age, for which no connection is needed
        }

        bool doubtful = !_proven || _backoff.IsFailing;
        return !IsSuspended && !_backoff.IsBlocked(now) && (!doubtful || others <= _established);
    }

    private void EndWorker()
    {
        _workers--;
        Debug.Assert(_workers >= 0);
        _idleSince = _context.Heartbeat.Now;
    }

    private void EndedWorker()
    {
        if (IsRemote)
        {
            _context.Budget.Release();
        }

        Pump();
    }
}
