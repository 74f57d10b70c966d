namespace Relay.LoadGenerator;

/// <summary>Repeatable randomness as a function of a seed and a counter (SplitMix64's finalizer).</summary>
internal static class SplitMix
{
    internal static ulong Mix(ulong seed, ulong counter)
    {
        ulong z = seed + ((counter + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    internal static double Fraction(ulong seed, ulong counter) => (Mix(seed, counter) >> 11) * (1.0 / (1UL << 53));
}
