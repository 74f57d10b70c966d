namespace Relay.Host.Demo;

/// <summary>
/// What was acknowledged and what arrived, by number: the outside witness of the demonstration. Thread-safe.
/// </summary>
internal sealed class DemoLedger(DemoPlan plan)
{
    private readonly byte[] _acknowledged = new byte[plan.MessagesMax];
    private readonly int[] _arrived = new int[plan.MessagesMax];
    private readonly float[] _latencies = new float[plan.MessagesMax];
    private int _next;
    private int _accepted;
    private int _delivered;
    private int _corrupted;
    private int _refused;

    /// <summary>Completes when everything acknowledged has arrived and <see cref="Close"/> was called.</summary>
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;

    public int Accepted => Volatile.Read(ref _accepted);

    public int Delivered => Volatile.Read(ref _delivered);

    public int Refused => Volatile.Read(ref _refused);

    public int Corrupted => Volatile.Read(ref _corrupted);

    public Task Complete => _complete.Task;

    /// <summary>A number for the next message; false if there are no more.</summary>
    public bool TryNext(out int number)
    {
        number = Interlocked.Increment(ref _next) - 1;
        return number < plan.MessagesMax;
    }

    public void OnAccepted(int number, TimeSpan latency)
    {
        _latencies[number] = (float)latency.TotalMilliseconds;
        Volatile.Write(ref _acknowledged[number], 1);
        Interlocked.Increment(ref _accepted);
        CheckComplete();
    }

    public void OnRefused() => Interlocked.Increment(ref _refused);

    public void OnArrived(ReadOnlySpan<byte> content, Span<byte> scratch)
    {
        int number = DemoMessage.FindNumber(content);
        if (number < 0 || number >= plan.MessagesMax
            || !DemoMessage.IsIntact(content, number, plan.MessageSize, scratch))
        {
            Interlocked.Increment(ref _corrupted);
            return;
        }

        Interlocked.Increment(ref _arrived[number]);
        Interlocked.Increment(ref _delivered);
        CheckComplete();
    }

    /// <summary>No more messages will be acknowledged.</summary>
    public void Close()
    {
        _closed = true;
        CheckComplete();
    }

    public DemoVerdict Judge()
    {
        int lost = 0;
        int duplicated = 0;
        int unexpected = 0;
        var latencies = new List<float>(Accepted);
        for (int i = 0; i < _acknowledged.Length; i++)
        {
            lost += _acknowledged[i] == 1 && _arrived[i] == 0 ? 1 : 0;
            duplicated += Math.Max(0, _arrived[i] - 1);
            unexpected += _acknowledged[i] == 0 && _arrived[i] > 0 ? 1 : 0;
            if (_acknowledged[i] == 1)
            {
                latencies.Add(_latencies[i]);
            }
        }

        latencies.Sort();
        return new DemoVerdict(
            Accepted,
            Delivered,
            lost,
            duplicated,
            Corrupted,
            unexpected,
            Refused,
            Percentile(latencies, 0.50),
            Percentile(latencies, 0.99));
    }

    private static float Percentile(List<float> sorted, double fraction) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * fraction))];

    private void CheckComplete()
    {
        if (_closed && Delivered >= Accepted)
        {
            _complete.TrySetResult();
        }
    }
}
