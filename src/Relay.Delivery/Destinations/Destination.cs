using System.Diagnostics;
using Relay.Delivery.Client;
using Relay.Delivery.Rules;
using Relay.Queue;
using Relay.Routing.Routes;

namespace Relay.Delivery.Destinations;

/// <summary>
/// One destination: its parked messages, its workers (one per connection and active message) and its pause. Messages
/// wait here, so a dead or slow destination costs the others nothing. A destination that is new or failing may open
/// one connection at a time; each success lets it open twice as many, up to the window and its share of all
/// connections, and while these are scarce only for a long line. Thread-safe; nothing is called out under the lock.
/// </summary>
internal sealed class Destination
{
    private const int SharedMessagesMax = 20;

    private readonly DeliveryContext _context;
    private readonly Lock _lock = new();

    // Under _lock:
    private readonly SendLimiter _limiter;
    private readonly DestinationLine _line;
    private readonly SuspensionState _suspension;
    private readonly DestinationHealth _health;
    private IdleWorkers _idle;
    private int _workers;
    private int _atWork;
    private bool _retired;
    private long _idleSince;

    public Destination(DeliveryContext context, Route route, in Arrival arrival, uint number)
    {
        _context = context;
        Route = route;
        Arrival = arrival;
        Number = number;
        NameOctets = System.Text.Encoding.UTF8.GetBytes(route.Name);
        IsRemote = route.Kind is RouteKind.Smtp or RouteKind.Lmtp;
        _limiter = new SendLimiter(context.Heartbeat.Time, context.Rules.For(route));
        _line = new DestinationLine(context, _limiter, IsRemote, _lock, Pump);
        _health = new DestinationHealth(context.PresentOptions, isProven: !IsRemote);
        Traits = new NextHopTraits(context.PresentOptions, route);
        _idleSince = context.Heartbeat.Now;
        _suspension = new SuspensionState(context.Suspensions, route.Name);
        _suspension.Refresh(context.UtcNow);
        Control = new DestinationControl(context, this, _lock, _limiter, _line, _health, _suspension);
    }

    public uint Number { get; }

    /// <summary>As last given by the resolver: hosts and text may change while the name stays.</summary>
    public Route Route { get; private set; }

    /// <summary>Where its mail came in, if that counts for how it goes on.</summary>
    public Arrival Arrival { get; }

    public string Name => Route.Name;

    public byte[] NameOctets { get; }

    /// <summary>False for hold, error and discard routes.</summary>
    public bool IsRemote { get; }

    /// <summary>Owned by <see cref="ConnectionBudget"/>, under its lock.</summary>
    public bool WaitsForBudget { get; set; }

    /// <summary>As the rules say; read without the lock.</summary>
    public DestinationLimits Limits => _limiter.Limits;

    public NextHopTraits Traits { get; }

    /// <summary>What slows and stops it.</summary>
    public DestinationControl Control { get; }

    /// <summary>Why mail waits: the suspension, or what the last attempt met.</summary>
    public DeliveryFailure LastFailure => _suspension.Failure ?? _health.LastFailure;

    /// <summary>No mail is sent for now; read without the lock.</summary>
    public bool IsPaused => _suspension.IsOn || _health.IsPaused(_context.Heartbeat.Now);

    private int Window => IsRemote ? _limiter.Connections : 1;

    /// <summary>
    /// Connections that may be opened: not more than the others leave. While suspended one worker looks at what is due.
    /// </summary>
    private int Room => IsRemote && !_suspension.IsOn ? Math.Min(_limiter.Connections, _context.Budget.Share) : 1;

    private bool IsScarce => IsRemote && _context.Budget.IsScarce(_limiter.Connections);

    /// <param name="arrival">Of the message, on this route.</param>
    public bool Serves(Route route, in Arrival arrival)
    {
        if (arrival != Arrival)
        {
            return false;
        }

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
        DeliveryWorker? worker;
        bool wasIdle;
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            _line.Enqueue(id, IsBlocked(_context.Heartbeat.Now));
            worker = NextWorker(_context.Heartbeat.Now, out id, out wasIdle);
        }

        worker?.Go(this, id, wasIdle);
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
            return !_suspension.IsOn && _health.Established <= Window && _line.TryTake(isBlocked: false, out id);
        }
    }

    /// <summary>The next message for a worker, or whether it is to wait (only with a connection) or to end.</summary>
    public TakeResult Take(DeliveryWorker worker, bool hasConnection, int messagesSent, out QueueId id)
    {
        bool share = _context.Budget.HasWaiters;
        lock (_lock)
        {
            long now = _context.Heartbeat.Now;
            bool isOpen = !_context.IsStopping && (hasConnection
                ? !_suspension.IsOn && _health.Established <= Window
                : _workers <= Window && MayConnect(now, others: _workers - 1));
            bool mayTake = isOpen && !(share && (_workers > 1 || messagesSent >= SharedMessagesMax));
            if (mayTake && _line.TryTake(!hasConnection && IsBlocked(now), out id))
            {
                return TakeResult.Taken;
            }

            id = default;
            EndWork();
            if (hasConnection && !share && isOpen)
            {
                _idle.Push(worker);
                return TakeResult.Parked;
            }

            EndWorker(hasConnection);
        }

        EndedWorker();
        return TakeResult.End;
    }

    /// <summary>A session was established: the window opens.</summary>
    public void OnConnected()
    {
        lock (_lock)
        {
            _health.OnConnected();
            _line.ForgetSweeps();
        }

        Pump();
    }

    /// <param name="wasLeaving"><see cref="Take"/> had said that it was to end.</param>
    public void OnDisconnected(bool wasLeaving)
    {
        lock (_lock)
        {
            _health.OnDisconnected(wasLeaving);
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
            pause = _health.OnConnectFailed(now, failure);
            if (_health.Established == 0 || !mayPark)
            {
                return false;
            }

            _limiter.ShrinkTo(now, _health.Established);
            _line.PutBack(id);
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
            pause = _health.PauseLeft(now);
            if (pause == TimeSpan.Zero && !_suspension.IsOn && _line.TryTakeConnection(out pause))
            {
                return true;
            }

            if (mayPark)
            {
                _line.PutBack(id);
            }

            return false;
        }
    }

    /// <summary>Remembers what the next hop said last, for the summary.</summary>
    public void SetLastFailure(DeliveryFailure failure) => _health.LastFailure = failure;

    /// <summary>Gives parked messages to idle workers, then starts as many as there is work and room for.</summary>
    public void Pump()
    {
        DeliveryWorker? worker;
        do
        {
            QueueId id;
            bool wasIdle;
            lock (_lock)
            {
                worker = NextWorker(_context.Heartbeat.Now, out id, out wasIdle);
            }

            worker?.Go(this, id, wasIdle);
        }
        while (worker is not null);
    }

    /// <summary>Ends idle connections, pauses and itself in time. True if it was forgotten.</summary>
    public bool OnHeartbeat(long now)
    {
        IdleWorkers stale;
        bool pump;
        lock (_lock)
        {
            _suspension.EndInTime(_context.UtcNow);
            stale = _idle.TakeStale(now, all: _context.Budget.HasWaiters);
            _limiter.OnBeat(now);
            _line.OnBeat();
            if (IsBlocked(now))
            {
                _line.Sweep(now);
            }

            pump = _line.Count > 0;
            if (pump || _workers > 0 || _health.IsBlocked(now))
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

    /// <summary>Sends the idle workers home; called once the stop has begun, too.</summary>
    public void EndIdle()
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
            EndWorker(isLeaving: true);
        }

        EndedWorker();
    }

    public DestinationSummary Summarize()
    {
        long now = _context.Heartbeat.Now;
        lock (_lock)
        {
            TimeSpan pause = _health.PauseLeft(now);
            return new DestinationSummary(
                Name,
                Number,
                Route.Kind,
                _line.Count,
                _workers - _idle.Count,
                _health.Sessions,
                _line.TryPeek(out QueueId oldest) ? oldest : default,
                _health.LastReply,
                pause > TimeSpan.Zero ? _context.UtcNow + pause : null)
            {
                Window = Window,
                Pace = _limiter.Pace,
                Suspension = _suspension.Summarize(),
                Rates = _limiter.DescribeRates(),
                RateWaitUntil = _line.WakesAt,
                ConnectionLimit = Limits.Connections,
                WaitsForConnections = WaitsForBudget,
                ArrivedOn = Arrival.IsNone ? null : Arrival.Address,
            };
        }
    }

    /// <summary>A worker for the next message, parked with a connection or new; null if none may go now.</summary>
    private DeliveryWorker? NextWorker(long now, out QueueId id, out bool wasIdle)
    {
        id = default;
        wasIdle = !_idle.IsEmpty && !_suspension.IsOn;
        if (_line.Count == 0 || _context.IsStopping || (!wasIdle && (_workers >= Room || !MayConnect(now, _workers)))
            || !_line.TakeTurn(!wasIdle && IsBlocked(now)))
        {
            wasIdle = false;
            return null;
        }

        if (!wasIdle && IsRemote && !_context.Budget.TryAcquire(this))
        {
            _line.ReturnTurn();
            return null;
        }

        _line.Dequeue(out id);
        if (_atWork++ == 0 && IsRemote)
        {
            _context.Budget.BeginWork();
        }

        if (wasIdle)
        {
            return _idle.TryPop();
        }

        _workers++;
        return _context.Workers.Rent();
    }

    private void EndWork()
    {
        Debug.Assert(_atWork > 0);
        if (--_atWork == 0 && IsRemote)
        {
            _context.Budget.EndWork();
        }
    }

    /// <summary>Nothing can be sent by who has no connection.</summary>
    private bool IsBlocked(long now) => _suspension.IsOn || _health.IsBlocked(now);

    /// <param name="others">The workers besides the one that would connect.</param>
    private bool MayConnect(long now, int others) =>
        _line.HasDue // to be looked at, for which no connection is needed
        || (!_suspension.IsOn && _health.MayConnect(now, others) && _line.MayConnect(_health.Established, IsScarce));

    private void EndWorker(bool isLeaving)
    {
        _health.OnLeaving(isLeaving);
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
