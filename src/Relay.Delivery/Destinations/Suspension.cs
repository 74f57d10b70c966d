namespace Relay.Delivery.Destinations;

/// <summary>Why and for how long a destination gets no mail. Immutable.</summary>
/// <param name="Reason">In words, for the log, the summary and the senders of mail that expires meanwhile.</param>
/// <param name="Since">When it began.</param>
/// <param name="Until">When it ends by itself; null until somebody resumes it.</param>
/// <param name="IsManual">
/// An administrator ordered it: only an administrator ends it, and it outlives a restart. Others end with their time,
/// with a flush, with a reload and with the program.
/// </param>
internal sealed record Suspension(string Reason, DateTimeOffset Since, DateTimeOffset? Until, bool IsManual)
{
    public bool IsOver(DateTimeOffset now) => now >= Until;

    public SuspensionSummary Summarize(string destination) => new(destination, Reason, Since, Until, IsManual);
}
