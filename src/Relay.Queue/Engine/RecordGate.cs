namespace Relay.Queue.Engine;

/// <summary>
/// Lets a snapshot know when every record appended before it has reached the index: whoever appends a record and then
/// changes the index for it does both between <see cref="Enter"/> and <see cref="Exit"/>. Two counters take turns.
/// Thread-safe; never blocks those who enter.
/// </summary>
internal sealed class RecordGate
{
    private readonly TaskCompletionSource?[] _drained = new TaskCompletionSource?[2];
    private readonly long[] _inside = new long[2];
    private int _turn;

    public int Enter()
    {
        while (true)
        {
            int turn = Volatile.Read(ref _turn) & 1;
            Interlocked.Increment(ref _inside[turn]);
            if ((Volatile.Read(ref _turn) & 1) == turn)
            {
                return turn;
            }

            Exit(turn);
        }
    }

    /// <summary>Enters until the pass is disposed of: for changes that end in the same method.</summary>
    public Pass EnterScope() => new(this);

    public void Exit(int turn)
    {
        if (Interlocked.Decrement(ref _inside[turn]) == 0)
        {
            Volatile.Read(ref _drained[turn])?.TrySetResult();
        }
    }

    /// <summary>Completes when all who are inside now have left. One caller at a time.</summary>
    public async Task DrainAsync()
    {
        int old = _turn & 1;
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _drained[old], drained);
        Interlocked.Increment(ref _turn);
        if (Volatile.Read(ref _inside[old]) == 0)
        {
            drained.TrySetResult();
        }

        await drained.Task;
        Volatile.Write(ref _drained[old], null);
    }

    internal readonly ref struct Pass
    {
        private readonly RecordGate _gate;
        private readonly int _turn;

        public Pass(RecordGate gate)
        {
            _gate = gate;
            _turn = gate.Enter();
        }

        public void Dispose() => _gate.Exit(_turn);
    }
}
