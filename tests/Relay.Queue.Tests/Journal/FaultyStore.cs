using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>The real directory, with failures of a test's choosing in front of it.</summary>
internal sealed class FaultyStore(string directory) : IQueueStore
{
    private readonly DirectoryStore _inner = DirectoryStore.Open(directory);

    /// <summary>Given the operation and the file's name, says which errno it fails with; 0 for none.</summary>
    public Func<string, string, int> Fault { get; set; } = static (_, _) => 0;

    /// <summary>Told of every write that succeeded: the file and the octets.</summary>
    public Action<string, int> Written { get; set; } = static (_, _) => { };

    public string Directory => _inner.Directory;

    public IReadOnlyList<string> List() => _inner.List();

    public IQueueFile Open(string name, QueueFileMode mode)
    {
        ThrowIfFaulty("open", name);
        return new FaultyFile(this, name, _inner.Open(name, mode));
    }

    public void Rename(string from, string to)
    {
        ThrowIfFaulty("rename", from);
        _inner.Rename(from, to);
    }

    public void Delete(string name)
    {
        ThrowIfFaulty("unlink", name);
        _inner.Delete(name);
    }

    public void SyncDirectory()
    {
        ThrowIfFaulty("fsync", Directory);
        _inner.SyncDirectory();
    }

    public void Dispose() => _inner.Dispose();

    private void ThrowIfFaulty(string operation, string name)
    {
        int errno = Fault(operation, name);
        if (errno != 0)
        {
            throw new QueueFileException(operation, name, errno);
        }
    }

    private sealed class FaultyFile(FaultyStore store, string name, IQueueFile inner) : IQueueFile
    {
        public long Length => inner.Length;

        public int Read(long offset, Span<byte> destination)
        {
            store.ThrowIfFaulty("pread", name);
            return inner.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            int errno = store.Fault("pwrite", name);
            if (errno != 0)
            {
                inner.Write(offset, source[..(source.Length / 3)]); // a part of it arrives
                throw new QueueFileException("pwrite", name, errno);
            }

            inner.Write(offset, source);
            store.Written(name, source.Length);
        }

        public void Sync()
        {
            store.ThrowIfFaulty("fdatasync", name);
            inner.Sync();
        }

        public void Dispose() => inner.Dispose();
    }
}
