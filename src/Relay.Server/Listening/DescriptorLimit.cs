using System.Globalization;

namespace Relay.Server.Listening;

/// <summary>
/// The process's limit on open files. Beyond it accept fails at once and would be tried again at once, for ever; so
/// the limit on connections stays below it and the last ones are told 421.
/// </summary>
internal static class DescriptorLimit
{
    /// <summary>What the queue, the log, outbound connections and the runtime need at least.</summary>
    private const int ReservedMin = 512;

    /// <summary>Inbound connections that fit: three quarters of the limit, less if that leaves too few.</summary>
    public static int ConnectionsRoom { get; } = RoomIn(ReadLimit());

    internal static int RoomIn(long limit) =>
        (int)Math.Clamp(limit - Math.Max(ReservedMin, limit / 4), 1, int.MaxValue);

    private static long ReadLimit()
    {
        try
        {
            foreach (string line in File.ReadLines("/proc/self/limits"))
            {
                if (line.StartsWith("Max open files", StringComparison.Ordinal))
                {
                    string soft = line["Max open files".Length..].TrimStart().Split(' ')[0];
                    return long.TryParse(soft, CultureInfo.InvariantCulture, out long limit) ? limit : int.MaxValue;
                }
            }
        }
        catch (IOException)
        {
            // no procfs: nothing is known
        }

        return int.MaxValue;
    }
}
