using System.Globalization;

namespace Relay.EndToEnd.Tests.Soak;

/// <summary>What the relay holds at a moment, as the kernel counts it.</summary>
internal sealed record SoakSample(long ResidentBytes, int Handles, int Threads, long Acknowledged, TimeSpan Mailq)
{
    /// <param name="processId">The relay's.</param>
    /// <param name="acknowledged">Messages that the source's ledger lists.</param>
    /// <param name="mailq">How long <c>mailq</c> took.</param>
    public static SoakSample Take(int processId, long acknowledged, TimeSpan mailq)
    {
        string root = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}";
        string[] status = File.ReadAllLines($"{root}/status");
        return new SoakSample(
            Number(status, "VmRSS:") << 10,
            Directory.GetFileSystemEntries($"{root}/fd").Length,
            (int)Number(status, "Threads:"),
            acknowledged,
            mailq);
    }

    private static long Number(string[] status, string name)
    {
        string line = status.Single(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
