using System.Globalization;

namespace Relay.LoadGenerator.Source;

/// <summary>
/// Sizes of message bodies: <c>2048</c> or <c>2k</c> (fixed), <c>1k..100k</c> (uniform), or <c>2k*70,100k*25,1m*5</c>
/// (weighted). The size of a message is a function of seed and sequence, so that a resent message is the same.
/// </summary>
public sealed class SizeDistribution
{
    private readonly (long Min, long Max, long WeightEnd)[] _ranges;

    private SizeDistribution((long Min, long Max, long WeightEnd)[] ranges) => _ranges = ranges;

    public static SizeDistribution Parse(string text)
    {
        var ranges = new List<(long, long, long)>();
        long weight = 0;
        foreach (string part in text.Split(','))
        {
            string[] weighted = part.Split('*');
            string[] bounds = weighted[0].Split("..");
            long min = ParseSize(bounds[0]);
            long max = bounds.Length > 1 ? ParseSize(bounds[1]) : min;
            weight += weighted.Length > 1 ? long.Parse(weighted[1], CultureInfo.InvariantCulture) : 1;
            if (min > max || bounds.Length > 2 || weighted.Length > 2)
            {
                throw new FormatException($"'{part}' is not a size, range or weighted size");
            }

            ranges.Add((min, max, weight));
        }

        return new SizeDistribution([.. ranges]);
    }

    internal long Pick(ulong seed, uint sequence)
    {
        if (_ranges.Length == 1 && _ranges[0].Min == _ranges[0].Max)
        {
            return _ranges[0].Min;
        }

        ulong random = SplitMix.Mix(seed, sequence);
        long ticket = (long)(random % (ulong)_ranges[^1].WeightEnd);
        (long min, long max, _) = Array.Find(_ranges, range => ticket < range.WeightEnd);
        return min + (long)(SplitMix.Mix(random, sequence) % (ulong)(max - min + 1));
    }

    private static long ParseSize(string text)
    {
        long unit = text.Length == 0 ? 1 : char.ToLowerInvariant(text[^1]) switch
        {
            'k' => 1L << 10,
            'm' => 1L << 20,
            _ => 1,
        };
        long size = long.Parse(unit == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture) * unit;
        return size <= 1L << 31 ? size : throw new FormatException($"size {text} is above 2 GiB");
    }
}
