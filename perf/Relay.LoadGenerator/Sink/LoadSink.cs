using System.Net;
using System.Net.Sockets;
using Relay.LoadGenerator.Measurement;
using Relay.LoadGenerator.Messages;
using Relay.LoadGenerator.Native;
using Relay.LoadGenerator.Source;

namespace Relay.LoadGenerator.Sink;

/// <summary>
/// A sink in this process. It listens from construction on (<see cref="EndPoints"/> tells the ports); await
/// <see cref="RunAsync"/> once, end it by <see cref="Stop"/> or by the limits of its options, then dispose.
/// </summary>
public sealed class LoadSink : IDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(50);

    private readonly SinkOptions _options;
    private readonly TimeProvider _time;
    private readonly List<SinkWorker> _workers = [];
    private readonly List<(int Fd, EndPoint EndPoint)> _listeners = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _countedTowardsLimit;

    public LoadSink(SinkOptions options, TimeProvider? time = null)
    {
        string errors = string.Join("; ", options.Validate());
        if (errors.Length > 0)
        {
            throw new ArgumentException(errors, nameof(options));
        }

        _options = options;
        _time = time ?? TimeProvider.System;
        Replies = new SinkReplies(options);
        Faults = new FaultPlan(options.Faults, options.Seed);
        for (int i = 0; i < options.Threads; i++)
        {
            _workers.Add(new SinkWorker(this, options, _time));
        }

        try
        {
            foreach (EndPoint endPoint in options.Listeners)
            {
                Listen(endPoint);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The addresses listened on, ports filled in, in the order of the options.</summary>
    public IReadOnlyList<EndPoint> EndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    public long Messages => _workers.Sum(worker => Volatile.Read(ref worker.Counters.Messages));

    public long Recipients => _workers.Sum(worker => Volatile.Read(ref worker.Counters.Recipients));

    public long OpenConnections => _workers.Sum(worker => Volatile.Read(ref worker.Counters.OpenConnections));

    internal SinkReplies Replies { get; }

    internal FaultPlan Faults { get; }

    internal ReceivedMessages Received { get; } = new();

    /// <summary>Serves until <see cref="Stop"/> or a limit; then closes all connections.</summary>
    public async Task<SinkReport> RunAsync()
    {
        Environment.ProcessCpuUsage before = Environment.CpuUsage;
        Task[] tasks = [.. _workers.Select(worker => Task.Factory.StartNew(
            worker.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task ended = await Task.WhenAny([_stopped.Task, WatchLimitsAsync(), .. tasks]);
        _workers.ForEach(worker => worker.Stop());
        await Task.WhenAll(tasks);
        await ended;
        return CreateReport(before, Environment.CpuUsage);
    }

    /// <summary>Any thread, any number of times.</summary>
    public void Stop() => _stopped.TrySetResult();

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        foreach ((int fd, EndPoint endPoint) in _listeners)
        {
            _ = Libc.Close(fd);
            if (endPoint is UnixDomainSocketEndPoint)
            {
                File.Delete(endPoint.ToString()!);
            }
        }

        _listeners.Clear();
    }

    internal void CountTowardsLimit()
    {
        if (Interlocked.Increment(ref _countedTowardsLimit) == _options.MessagesMax)
        {
            Stop();
        }
    }

    private void Listen(EndPoint asked)
    {
        if (asked is UnixDomainSocketEndPoint && File.Exists(asked.ToString()))
        {
            File.Delete(asked.ToString()!); // left over by a sink that was killed
        }

        int fd = Sockets.Listen(asked, _options.Backlog);
        EndPoint endPoint = Sockets.LocalEndPoint(fd, asked);
        _listeners.Add((fd, endPoint));
        _workers.ForEach(worker => worker.Listen(fd));
    }

    private async Task WatchLimitsAsync()
    {
        if (_options.Duration == TimeSpan.Zero && _options.Idle == TimeSpan.Zero)
        {
            await _stopped.Task;
            return;
        }

        long start = _time.GetTimestamp();
        using var timer = new PeriodicTimer(WatchInterval, _time);
        while (!_stopped.Task.IsCompleted && await timer.WaitForNextTickAsync())
        {
            long last = _workers.Max(worker => Volatile.Read(ref worker.Counters.LastTimestamp));
            bool isOver = _options.Duration > TimeSpan.Zero && _time.GetElapsedTime(start) >= _options.Duration;
            bool isIdle = _options.Idle > TimeSpan.Zero && last != 0 && _time.GetElapsedTime(last) >= _options.Idle;
            if (isOver || isIdle)
            {
                return;
            }
        }
    }

    private SinkReport CreateReport(Environment.ProcessCpuUsage before, Environment.ProcessCpuUsage after)
    {
        var latency = new LatencyHistogram();
        _workers.ForEach(worker => latency.Add(worker.EndToEndLatency));
        long first = _workers.Select(worker => worker.Counters.FirstTimestamp).Where(timestamp => timestamp != 0)
            .DefaultIfEmpty().Min();
        long last = _workers.Max(worker => worker.Counters.LastTimestamp);
        double seconds = first == 0 ? 0 : _time.GetElapsedTime(first, last).TotalSeconds;
        long messages = Sum(counters => counters.Messages);
        IEnumerable<(LoadId, int)>? ledger =
            _options.LedgerPath is null ? null : Ledger.Read(_options.LedgerPath);
        return new SinkReport
        {
            Messages = messages,
            Recipients = Sum(counters => counters.Recipients),
            Bytes = Sum(counters => counters.Bytes),
            Connections = Sum(counters => counters.Connections),
            Refused = Sum(counters => counters.Refused),
            Dropped = Sum(counters => counters.Dropped),
            CutOff = Sum(counters => counters.CutOff),
            Violations = Sum(counters => counters.Violations),
            Seconds = Math.Round(seconds, 6),
            MessagesPerSecond = seconds > 0 ? Math.Round(messages / seconds, 1) : 0,
            CpuUserSeconds = (after.UserTime - before.UserTime).TotalSeconds,
            CpuSystemSeconds = (after.PrivilegedTime - before.PrivilegedTime).TotalSeconds,
            FaultsStruck = Faults.Struck,
            EndToEndLatency = _options.Verify ? LatencySummary.From(latency) : null,
            Verification = _options.Verify ? Received.CreateReport(ledger, _options.Expected) : null,
        };
    }

    private long Sum(Func<SinkCounters, long> counter) => _workers.Sum(worker => counter(worker.Counters));
}
