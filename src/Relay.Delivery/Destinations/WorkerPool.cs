using System.Collections.Concurrent;

namespace Relay.Delivery.Destinations;

/// <summary>All workers: those at work, and those without work kept with their buffers. Thread-safe.</summary>
internal sealed class WorkerPool(DeliveryContext context)
{
    private const int KeptMax = 256;

    private readonly ConcurrentBag<DeliveryWorker> _free = [];
    private readonly ConcurrentDictionary<DeliveryWorker, byte> _all = new();
    private readonly Lock _lock = new();

    // Under _lock:
    private TaskCompletionSource? _idle;
    private int _running;

    public DeliveryWorker Rent()
    {
        lock (_lock)
        {
            _running++;
        }

        if (!_free.TryTake(out DeliveryWorker? worker))
        {
            worker = new DeliveryWorker(context);
            _all.TryAdd(worker, 0);
        }

        return worker;
    }

    public void Return(DeliveryWorker worker)
    {
        if (_free.Count < KeptMax && !context.IsStopping)
        {
            _free.Add(worker);
        }
        else
        {
            Drop(worker);
        }

        lock (_lock)
        {
            if (--_running == 0)
            {
                _idle?.TrySetResult();
            }
        }
    }

    /// <summary>Completes once no worker is at work; call after the stop has begun.</summary>
    public Task WhenIdle()
    {
        lock (_lock)
        {
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running == 0)
            {
                _idle.TrySetResult();
            }

            return _idle.Task;
        }
    }

    /// <summary>Breaks every connection.</summary>
    public void AbortAll()
    {
        foreach (KeyValuePair<DeliveryWorker, byte> worker in _all)
        {
            worker.Key.Abort();
        }
    }

    /// <summary>Drops the workers without work.</summary>
    public void Clear()
    {
        while (_free.TryTake(out DeliveryWorker? worker))
        {
            Drop(worker);
        }
    }

    private void Drop(DeliveryWorker worker)
    {
        _all.TryRemove(worker, out _);
        worker.Dispose();
    }
}
