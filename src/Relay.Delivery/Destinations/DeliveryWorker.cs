using System.Threading.Tasks.Sources;
using Relay.Delivery.Attempts;
using Relay.Delivery.Client;
using Relay.Queue;

namespace Relay.Delivery.Destinations;

/// <summary>
/// One worker of a destination: takes message after message, each over the same connection while that lives, waits idle
/// for the next, ends. Pooled with its buffers. Its loop owns everything here; others hand over a message by
/// <see cref="Give"/> while it is parked.
/// </summary>
internal sealed class DeliveryWorker : IThreadPoolWorkItem, IValueTaskSource<QueueId>, IDisposable
{
    private readonly DeliveryContext _context;
    private readonly SmtpClientConnection _connection;
    private readonly MessageSender _sender;
    private ManualResetValueTaskSourceCore<QueueId> _handover = new() { RunContinuationsAsynchronously = true };
    private Destination _destination = null!;
    private QueueId _first;
    private long _idleSince;

    public DeliveryWorker(DeliveryContext context)
    {
        _context = context;
        _connection = new SmtpClientConnection(context);
        _sender = new MessageSender(context, _connection);
        context.Heartbeat.Register(_connection);
    }

    /// <summary>The next in the destination's list of parked workers; under the destination's lock.</summary>
    public DeliveryWorker? NextIdle { get; set; }

    /// <summary>Takes the next message of a destination: a parked worker goes on, a new one begins its run.</summary>
    public void Go(Destination destination, QueueId next, bool isParked)
    {
        if (isParked)
        {
            Give(next);
        }
        else
        {
            Start(destination, next);
        }
    }

    /// <summary>Hands a message, or none to end, to a parked worker.</summary>
    public void Give(QueueId id) => _handover.SetResult(id);

    /// <summary>True if a parked worker's connection was idle too long or is dead.</summary>
    public bool IsStale(long now) =>
        now - Volatile.Read(ref _idleSince) >= (long)_context.Options.ConnectionIdleTimeout.TotalMilliseconds
        || _connection.IsDead();

    /// <summary>Breaks whatever is under way; for the end of the stop's patience.</summary>
    public void Abort() => _connection.Abort();

    public void Execute() => _ = RunAsync();

    public void Dispose()
    {
        _context.Heartbeat.Unregister(_connection);
        _connection.Close();
        _sender.Dispose();
    }

    QueueId IValueTaskSource<QueueId>.GetResult(short token)
    {
        QueueId id = _handover.GetResult(token);
        _handover.Reset();
        return id;
    }

    ValueTaskSourceStatus IValueTaskSource<QueueId>.GetStatus(short token) => _handover.GetStatus(token);

    void IValueTaskSource<QueueId>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags) => _handover.OnCompleted(continuation, state, token, flags);

    /// <summary>
    /// Sends message after message. The one method that lives as long as the worker runs, so that what it awaits for
    /// every message needs no state of its own on the heap.
    /// </summary>
    private async Task RunAsync()
    {
        _sender.Begin(_destination);
        QueueId id = _first;
        do
        {
            try
            {
                await _sender.OpenAsync(id);
                while (_sender.HasMessage)
                {
                    while (_sender.HasWork && await _sender.BeginTransactionAsync())
                    {
                        bool unbroken = await _sender.RunCommandsAsync();
                        await _sender.AfterCommandsAsync(unbroken);
                    }

                    await _sender.EndAsync();
                }

                if (_sender.MustRetireConnection)
                {
                    await _sender.QuitAsync();
                }
            }
            catch (Exception exception)
            {
                _sender.Abandon(exception);
            }

            TakeResult result = Take(out id);
            if (result == TakeResult.Parked)
            {
                id = await new ValueTask<QueueId>(this, _handover.Version);
                AfterParking(id);
            }
        }
        while (!id.IsNone);

        try
        {
            await _sender.QuitAsync();
        }
        catch (Exception exception)
        {
            _sender.Abandon(exception);
        }

        _context.Workers.Return(this);
    }

    /// <summary>Begins a run for a destination with its first message.</summary>
    private void Start(Destination destination, QueueId first)
    {
        _destination = destination;
        _first = first;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private TakeResult Take(out QueueId id)
    {
        bool hasConnection = _connection.IsOpen;
        if (hasConnection)
        {
            _connection.SetIdle();
            Volatile.Write(ref _idleSince, _context.Heartbeat.Now);
        }

        TakeResult result = _destination.Take(this, hasConnection, _connection.Transactions, out id);
        if (result == TakeResult.End)
        {
            _sender.Leave();
        }

        return result;
    }

    private void AfterParking(QueueId id)
    {
        if (id.IsNone)
        {
            _destination.OnIdleEnded();
            _sender.Leave();
        }
        else if (_connection.IsDead())
        {
            _sender.CloseConnection();
        }
    }
}
