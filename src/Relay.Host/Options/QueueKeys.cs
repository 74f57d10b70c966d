using Relay.Queue;

namespace Relay.Host.Options;

/// <summary>Options of the queue; the defaults are the floor's.</summary>
internal static class QueueKeys
{
    private static readonly MailQueueOptions Defaults = new();

    public static readonly OptionKey<MailQueueEngine> Engine = new(
        "queue.engine",
        OptionFormats.Choice<MailQueueEngine>(),
        Defaults.Engine,
        "`faster` is the crash-safe log on disk. `memory` and `null` keep mail in RAM and lose it with the process: "
        + "for tests and measurements.");

    public static readonly OptionKey<string> QueueDirectory = new(
        "queue.directory",
        OptionFormats.Path,
        Defaults.Directory,
        "Where the queue lies; made with mode 0700 if missing. Relative paths start at the working directory.");

    public static readonly OptionKey<bool> SynchronousWrites = new(
        "queue.synchronousWrites",
        OptionFormats.Flag,
        Defaults.SynchronousWrites,
        "**Never `false` for mail that matters**: acknowledged mail is then lost when the machine stops. For measuring "
        + "what the synchronous writes cost.");

    public static readonly OptionKey<long> SegmentSize = new(
        "queue.segmentSize",
        new OptionFormat<long>(
            "a power of two from 1M to 1G",
            static (string t, out long v) => OptionFormats.Size(1 << 20, 1L << 30).Parse(t, out v) && long.IsPow2(v),
            OptionFormats.WriteSize,
            JsonTokens.Number | JsonTokens.String),
        Defaults.SegmentSize,
        "The unit in which disk space is prepared and given back. Small for small disks; a power of two.");

    public static readonly OptionKey<long> MessagesMax = new(
        "queue.messagesMax",
        OptionFormats.LongCount(1, 1_000_000_000),
        Defaults.MessagesMax,
        "More queued messages than this are refused with 452 4.3.1. The index takes at most 64 octets of memory for "
        + "each.");

    public static readonly OptionKey<TimeSpan> LazyCommitInterval = new(
        "queue.lazyCommitInterval",
        OptionFormats.DurationBetween(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
        Defaults.LazyCommitInterval,
        "Delivery states are durable after this long; a crash repeats at most that much delivery.");

    public static readonly OptionKey<TimeSpan> SnapshotInterval = new(
        "queue.snapshotInterval",
        OptionFormats.DurationBetween(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        Defaults.SnapshotInterval,
        "A snapshot of the index, which shortens the next start, is written after this long.");

    public static readonly OptionKey<long> SnapshotLogLength = new(
        "queue.snapshotLogLength",
        OptionFormats.Size(1 << 20, 1L << 40),
        Defaults.SnapshotLogLength,
        "… or after this much log, whichever comes first.");

    public static readonly OptionKey<long> CleanerRate = new(
        "queue.cleanerRate",
        OptionFormats.Size(1 << 10, 1L << 40),
        Defaults.CleanerRate,
        "How fast the messages that keep mostly empty segments alive are moved, in octets per second.");

    public static readonly OptionKey<bool> Salvage = new(
        "queue.salvage",
        OptionFormats.Flag,
        Defaults.Salvage,
        "Opens a queue that is known to miss acknowledged mail, and reports each gap. For an operator whose start was "
        + "refused for that reason and who has no copy to put back: `relay serve --set queue.salvage=true`, once.");

    public static IReadOnlyList<OptionKey> All { get; } =
    [
        Engine, QueueDirectory, SynchronousWrites, SegmentSize, MessagesMax, LazyCommitInterval, SnapshotInterval,
        SnapshotLogLength, CleanerRate, Salvage,
    ];
}
