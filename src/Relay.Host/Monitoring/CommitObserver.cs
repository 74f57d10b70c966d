using System.Diagnostics.Metrics;

namespace Relay.Host.Monitoring;

/// <summary>Hands the queue's commits to the histograms, once there are any. Called by the commit thread.</summary>
internal sealed class CommitObserver
{
    private volatile Histogram<double>? _duration;
    private volatile Histogram<double>? _batch;

    public void Attach(Histogram<double> duration, Histogram<double> batch)
    {
        _duration = duration;
        _batch = batch;
    }

    public void OnCommit(int waiters, TimeSpan time)
    {
        _duration?.Record(time.TotalSeconds);
        _batch?.Record(waiters);
    }
}
