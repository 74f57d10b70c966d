using Relay.Queue.Journal;
using Relay.Queue.Records;

namespace Relay.Queue.Tests.Journal;

/// <summary>A journal on real files in a directory of its own, and short words for what tests do with it.</summary>
internal sealed class JournalFixture : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public string Directory { get; } =
        Path.Combine(Path.GetTempPath(), "relay-journal-" + Guid.NewGuid().ToString("N"));

    public RecordingVisitor Visitor { get; private set; } = new();

    public List<string> Notices { get; } = [];

    public static byte[] Body(ulong id, int length = 2000)
    {
        byte[] body = new byte[length];
        new Random((int)id).NextBytes(body);
        return body;
    }

    public static ValueTask<long> AppendAsync(IJournal journal, ulong id, int length = 2000)
        => journal.AppendAsync(new RecordHeader(QueueRecordKind.Accept, 7, id), new TestEntry(Body(id, length)));

    public static async Task CommitAsync(IJournal journal) => await journal.CommitAsync().AsTask().WaitAsync(Deadline);

    public static async Task CloseAsync(IJournal journal) => await journal.DisposeAsync().AsTask().WaitAsync(Deadline);

    public FasterJournal Open(JournalPosition from = default, bool salvage = false, IQueueStore? store = null)
    {
        Visitor = new RecordingVisitor();
        return FasterJournal.Open(
            new JournalOptions
            {
                Directory = Directory,
                SegmentSize = JournalOptions.SegmentSizeMin,
                Salvage = salvage,
                SuperBlockInterval = TimeSpan.FromMilliseconds(100),
                RetryInterval = TimeSpan.FromMilliseconds(1),
                Notice = text =>
                {
                    lock (Notices)
                    {
                        Notices.Add(text);
                    }
                },
                OpenStore = store is null ? null : () => store,
            },
            Visitor,
            from);
    }

    public void AssertReplayed(IEnumerable<ulong> ids)
    {
        Assert.Equal(ids, Visitor.Ids);
        Assert.All(
            Visitor.Records, record => Assert.Equal(Body(record.Header.QueueId, record.Body.Length), record.Body));
    }

    public void Dispose()
    {
        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
