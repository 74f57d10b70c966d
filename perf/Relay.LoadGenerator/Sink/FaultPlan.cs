namespace Relay.LoadGenerator.Sink;

/// <summary>
/// Decides which faults strike. The n-th event a fault looks at has the same outcome in every run with the same seed.
/// Thread-safe.
/// </summary>
internal sealed class FaultPlan
{
    private readonly (Fault Fault, int Index)[][] _byStage = new (Fault, int)[(int)FaultStage.Count][];
    private readonly long[] _seen;
    private readonly long[] _struck;
    private readonly ulong _seed;

    internal FaultPlan(IReadOnlyList<Fault> faults, ulong seed)
    {
        _seed = seed;
        _seen = new long[faults.Count];
        _struck = new long[faults.Count];
        for (int stage = 0; stage < _byStage.Length; stage++)
        {
            _byStage[stage] = [.. faults.Select((fault, index) => (fault, index))
                .Where(entry => entry.fault.Stage is { } own ? (int)own == stage : stage != (int)FaultStage.Content)];
        }
    }

    /// <summary>How often each fault has struck, in the order given.</summary>
    internal IReadOnlyList<long> Struck => _struck;

    /// <summary>The delay before the reply at this stage; zero almost always.</summary>
    internal TimeSpan DelayAt(FaultStage stage, ReadOnlySpan<byte> command)
    {
        return _byStage[(int)stage].Length == 0
            ? TimeSpan.Zero
            : Find(stage, command, slow: true)?.Delay ?? TimeSpan.Zero;
    }

    /// <summary>The fault that takes the place of a positive reply at this stage, or null.</summary>
    internal Fault? At(FaultStage stage, ReadOnlySpan<byte> command)
    {
        return _byStage[(int)stage].Length == 0 ? null : Find(stage, command, slow: false);
    }

    private Fault? Find(FaultStage stage, ReadOnlySpan<byte> command, bool slow)
    {
        foreach ((Fault fault, int index) in _byStage[(int)stage])
        {
            if ((fault.Action == FaultAction.Slow) == slow
                && (fault.Match.Length == 0 || command.IndexOf(fault.Match) >= 0)
                && Strikes(fault, index))
            {
                Interlocked.Increment(ref _struck[index]);
                return fault;
            }
        }

        return null;
    }

    private bool Strikes(Fault fault, int index)
    {
        long number = Interlocked.Increment(ref _seen[index]) - 1;
        ulong faultSeed = SplitMix.Mix(_seed, (ulong)index);
        return number < fault.TimesMax
            && (fault.Probability >= 1 || SplitMix.Fraction(faultSeed, (ulong)number) < fault.Probability);
    }
}
