using System.Net;
using Relay.LoadGenerator.Measurement;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// A run of the source in this process: some threads with an event loop each. Create, <see cref="RunAsync"/> once,
/// dispose. <see cref="Acknowledged"/> and <see cref="Stop"/> may be used from any thread meanwhile.
/// </summary>
public sealed class LoadSource : IDisposable
{
    private static readonly double[] Percents =
        [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 100];

    private readonly SourceOptions _options;
    private readonly TimeProvider _time;
    private readonly TicketOffice _office;
    private readonly Ledger? _ledger;
    private readonly uint _run;
    private readonly List<SourceWorker> _workers = [];

    public LoadSource(SourceOptions options, TimeProvider? time = null)
    {
        string errors = string.Join("; ", options.Validate());
        if (errors.Length > 0)
        {
            throw new ArgumentException(errors, nameof(options));
        }

        _options = options;
        _time = time ?? TimeProvider.System;
        _run = options.Run != 0 ? options.Run : (uint)SplitMix.Mix((ulong)_time.GetUtcNow().Ticks, options.Seed);
        _office = new TicketOffice(options, _time);
        _ledger = options.LedgerPath is null ? null : new Ledger(options.LedgerPath);
        var script = new SessionScript(options, _run, _time);
        SocketAddress[] addresses = [.. options.Targets.Select(target => target.Serialize())];
        for (int i = 0; i < options.Threads; i++)
        {
            _workers.Add(new SourceWorker(options, script, _office, _ledger, _time));
        }

        for (int i = 0; i < options.Sessions; i++)
        {
            _workers[i % _workers.Count].AddSession(i, addresses[i % addresses.Length]);
        }
    }

    public long Acknowledged => _workers.Sum(worker => Volatile.Read(ref worker.Counters.Acknowledged));

    public long Failed => _workers.Sum(worker =>
        Volatile.Read(ref worker.Counters.Rejected) + Volatile.Read(ref worker.Counters.Broken));

    internal long ConnectFailures => _workers.Sum(worker => Volatile.Read(ref worker.Counters.ConnectFailures));

    /// <summary>Completes when every message has had its outcome or <see cref="Stop"/> was called.</summary>
    public async Task<SourceReport> RunAsync()
    {
        Environment.ProcessCpuUsage before = Environment.CpuUsage;
        Task[] tasks = [.. _workers.Select(worker => Task.Factory.StartNew(
            worker.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(tasks);
        return CreateReport(before, Environment.CpuUsage);
    }

    /// <summary>No further message is started; those under way are waited for.</summary>
    public void Drain()
    {
        _office.Close();
        _workers.ForEach(worker => worker.WakeUp());
    }

    /// <summary>Ends at once; messages under way count as broken.</summary>
    public void Stop() => _workers.ForEach(worker => worker.Abort());

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        _ledger?.Dispose();
    }

    private SourceReport CreateReport(Environment.ProcessCpuUsage before, Environment.ProcessCpuUsage after)
    {
        var latency = new LatencyHistogram();
        var acknowledge = new LatencyHistogram();
        var timeline = new Timeline(_time.TimestampFrequency);
        foreach (SourceWorker worker in _workers)
        {
            latency.Add(worker.MessageLatency);
            acknowledge.Add(worker.AcknowledgeLatency);
            timeline.Add(worker.Timeline);
        }

        long first = _workers.Where(worker => worker.FirstTimestamp != 0).Select(worker => worker.FirstTimestamp)
            .DefaultIfEmpty().Min();
        long last = Math.Max(first, _workers.Max(worker => worker.LastTimestamp));
        double seconds = _time.GetElapsedTime(first, last).TotalSeconds;
        long acknowledged = Sum(counters => counters.Acknowledged);
        return new SourceReport
        {
            Run = $"{_run:x8}",
            Acknowledged = acknowledged,
            RecipientsAcknowledged = Sum(counters => counters.RecipientsAcknowledged),
            RecipientsRejected = Sum(counters => counters.RecipientsRejected),
            Rejected = Sum(counters => counters.Rejected),
            Broken = Sum(counters => counters.Broken),
            Resent = Sum(counters => counters.Resent),
            Connections = Sum(counters => counters.Connections),
            ConnectFailures = Sum(counters => counters.ConnectFailures),
            ConnectionsLost = Sum(counters => counters.ConnectionsLost),
            SessionsGivenUp = Sum(counters => counters.SessionsGivenUp),
            WithoutPipelining = Sum(counters => counters.WithoutPipelining),
            BodyBytes = Sum(counters => counters.ContentBytes),
            NegativeReplies = _workers.SelectMany(worker => worker.Counters.Replies)
                .GroupBy(reply => $"{reply.Key.Stage} {reply.Key.Code}")
                .ToDictionary(group => group.Key, group => group.Sum(reply => reply.Value)),
            Seconds = Math.Round(seconds, 6),
            MessagesPerSecond = seconds > 0 ? Math.Round(acknowledged / seconds, 1) : 0,
            IntendedRate = _options.Rate,
            CpuUserSeconds = (after.UserTime - before.UserTime).TotalSeconds,
            CpuSystemSeconds = (after.PrivilegedTime - before.PrivilegedTime).TotalSeconds,
            Latency = LatencySummary.From(latency),
            AcknowledgeLatency = LatencySummary.From(acknowledge),
            Timeline = [.. timeline.Intervals.Select(interval => interval.Count)],
            TimelineMaxMs = [.. timeline.Intervals.Select(interval => Math.Round(interval.MaxNanoseconds / 1e6, 3))],
            LatencyDistribution =
                [.. Percents.Select(percent => new[] { percent, latency.Percentile(percent) / 1e6 })],
        };
    }

    private long Sum(Func<SourceCounters, long> counter) => _workers.Sum(worker => counter(worker.Counters));
}
