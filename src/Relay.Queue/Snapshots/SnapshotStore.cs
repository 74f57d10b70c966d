using System.Globalization;
using Relay.Queue.Index;
using Relay.Queue.Journal;

namespace Relay.Queue.Snapshots;

/// <summary>
/// The snapshots in the queue's directory: <c>index.N</c>, the two newest are kept, a new one is complete and durable
/// before it gets its name. One caller at a time.
/// </summary>
internal sealed class SnapshotStore(IQueueStore files, Action<MailQueueIncident>? report)
{
    public const string Prefix = "index.";

    private const string NewName = Prefix + "new";
    private const int Kept = 2;

    /// <summary>The newest snapshot that can be verified, in an index of its own; an empty one without any.</summary>
    public (MessageIndex Index, JournalPosition Position) Load(AttemptClock clock)
    {
        foreach (long sequence in Sequences().OrderDescending())
        {
            var index = new MessageIndex(clock);
            string name = NameOf(sequence);
            string path = Path.Combine(files.Directory, name);
            try
            {
                using IQueueFile file = files.Open(name, QueueFileMode.Read);
                if (SnapshotReader.TryRead(file, index, out JournalPosition position))
                {
                    return (index, position);
                }

                Report($"{path} is damaged; an older one or the whole log is read.", null);
            }
            catch (QueueFileException e)
            {
                Report($"{path} cannot be read; an older one or the whole log is.", e);
            }
        }

        return (new MessageIndex(clock), default);
    }

    /// <summary>
    /// Writes a snapshot that replays from <paramref name="position"/>. Everything appended before that position must
    /// be in the index already; <paramref name="commit"/> makes durable whatever the index refers to.
    /// </summary>
    public async Task<bool> TryWriteAsync(MessageIndex index, JournalPosition position, Func<ValueTask> commit)
    {
        try
        {
            List<long> known = Sequences();
            long sequence = known.Count == 0 ? 1 : known.Max() + 1;
            if (files.List().Contains(NewName))
            {
                files.Delete(NewName);
            }

            using (IQueueFile file = files.Open(NewName, QueueFileMode.Create))
            {
                if (!new SnapshotWriter(index).TryWrite(file, position, sequence))
                {
                    return false;
                }

                file.Sync();
            }

            await commit();
            files.Rename(NewName, NameOf(sequence));
            files.SyncDirectory();
            foreach (long old in known.Order().SkipLast(Kept - 1))
            {
                files.Delete(NameOf(old));
            }

            return true;
        }
        catch (Exception e) when (e is QueueFileException or MailQueueException)
        {
            Report("A snapshot of the index could not be written; the next start reads more of the log.", e);
            return false;
        }
    }

    private static string NameOf(long sequence) => Prefix + sequence.ToString(CultureInfo.InvariantCulture);

    private List<long> Sequences()
    {
        var sequences = new List<long>();
        foreach (string name in files.List())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && long.TryParse(
                    name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            {
                sequences.Add(sequence);
            }
        }

        return sequences;
    }

    private void Report(string message, Exception? exception) =>
        report?.Invoke(new MailQueueIncident(MailQueueIncidentKind.SnapshotFailed, default, message, exception));
}
