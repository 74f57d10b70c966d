namespace Relay.LoadGenerator.Measurement;

/// <summary>Events and their worst latency per tenth of a second since the start. Single writer.</summary>
internal sealed class Timeline
{
    internal const int IntervalsPerSecond = 10;
    private readonly long _ticksPerInterval;
    private readonly List<(int Count, long MaxNanoseconds)> _intervals = [];

    internal Timeline(long timestampFrequency) => _ticksPerInterval = timestampFrequency / IntervalsPerSecond;

    internal IReadOnlyList<(int Count, long MaxNanoseconds)> Intervals => _intervals;

    internal void Record(long ticksSinceStart, long nanoseconds)
    {
        int index = (int)(Math.Max(ticksSinceStart, 0) / _ticksPerInterval);
        while (_intervals.Count <= index)
        {
            _intervals.Add(default);
        }

        (int count, long max) = _intervals[index];
        _intervals[index] = (count + 1, Math.Max(max, nanoseconds));
    }

    internal void Add(Timeline other)
    {
        for (int i = 0; i < other._intervals.Count; i++)
        {
            if (i == _intervals.Count)
            {
                _intervals.Add(default);
            }

            _intervals[i] = (_intervals[i].Count + other._intervals[i].Count,
                Math.Max(_intervals[i].MaxNanoseconds, other._intervals[i].MaxNanoseconds));
        }
    }
}
