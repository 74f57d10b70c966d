using Relay.Queue.Journal;

namespace Relay.Queue.Tests.Journal;

/// <summary>
/// A disk in memory that crashes at a chosen operation. What was durable stays; of everything else a random choice of
/// 512-octet sectors survives, in no order; of the directory's changes since its last sync a random prefix. A killed
/// process (not a power failure) leaves the page cache as it was, still not durable.
/// </summary>
internal sealed class CrashDisk
{
    private const int Sector = 512;
    private const int InputOutputError = 5;

    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly List<Action<Dictionary<string, Inode>>> _directoryChanges = [];
    private Dictionary<string, Inode> _names = [];
    private Dictionary<string, Inode> _durableNames = [];
    private int _operationsLeft = int.MaxValue;
    private int _life;

    public CrashDisk(int seed)
    {
        _random = new Random(seed);
    }

    public bool HasCrashed { get; private set; }

    /// <summary>The disk as a process sees it until the next crash.</summary>
    public IQueueStore Mount()
    {
        lock (_lock)
        {
            return new Store(this, _life);
        }
    }

    public void CrashAfter(int operations)
    {
        lock (_lock)
        {
            _operationsLeft = operations;
        }
    }

    /// <summary>What is found after the crash (or now, if it did not come).</summary>
    public void Restart(bool isPowerFailure)
    {
        lock (_lock)
        {
            if (isPowerFailure)
            {
                foreach (Action<Dictionary<string, Inode>> change in
                    _directoryChanges.Take(_random.Next(_directoryChanges.Count + 1)))
                {
                    change(_durableNames);
                }

                _names = new Dictionary<string, Inode>(_durableNames);
                _directoryChanges.Clear();
                foreach (Inode inode in _names.Values)
                {
                    inode.LosePower(_random);
                }
            }

            _life++;
            _operationsLeft = int.MaxValue;
            HasCrashed = false;
        }
    }

    private static QueueFileException Failure(string operation, string name, int errno = InputOutputError)
        => new(operation, name, errno);

    private void Step(int life, string operation, string name, Action<bool> action)
    {
        lock (_lock)
        {
            if (HasCrashed || life != _life)
            {
                throw Failure(operation, name);
            }

            if (_operationsLeft-- <= 0)
            {
                HasCrashed = true;
            }

            action(HasCrashed);
            if (HasCrashed)
            {
                throw Failure(operation, name);
            }
        }
    }

    private void Change(Action<Dictionary<string, Inode>> change)
    {
        change(_names);
        _directoryChanges.Add(change);
    }

    private sealed class Inode
    {
        private readonly List<(long Offset, int Length)> _unsynced = [];
        private byte[] _durable = [];

        public byte[] Cached { get; private set; } = [];

        public void Write(long offset, ReadOnlySpan<byte> octets, bool isDurable)
        {
            Put(Cached, offset, octets, out byte[] cached);
            Cached = cached;
            if (isDurable)
            {
                Put(_durable, offset, octets, out _durable);
            }
            else
            {
                _unsynced.Add((offset, octets.Length));
            }
        }

        /// <summary>The write under way when the crash comes: the cache has some of it, the disk too, or not.</summary>
        public void Tear(long offset, ReadOnlySpan<byte> octets, Random random)
        {
            int from = 0;
            double chance = random.NextDouble();
            while (from < octets.Length)
            {
                int length = Math.Min(Sector, octets.Length - from);
                if (random.NextDouble() < chance)
                {
                    Write(offset + from, octets.Slice(from, length), isDurable: random.Next(2) == 0);
                }

                from += length;
            }
        }

        public void Sync()
        {
            _durable = [.. Cached];
            _unsynced.Clear();
        }

        public void LosePower(Random random)
        {
            double chance = random.NextDouble();
            foreach ((long offset, int count) in _unsynced)
            {
                for (int from = 0; from < count; from += Sector)
                {
                    if (random.NextDouble() < chance)
                    {
                        // What is written back is the cache's newest content, never an older version of it.
                        int length = Math.Min(Sector, count - from);
                        Put(_durable, offset + from, Cached.AsSpan((int)offset + from, length), out _durable);
                    }
                }
            }

            _unsynced.Clear();
            Cached = [.. _durable];
        }

        private static void Put(byte[] file, long offset, ReadOnlySpan<byte> octets, out byte[] result)
        {
            if (file.Length < offset + octets.Length)
            {
                Array.Resize(ref file, (int)offset + octets.Length);
            }

            octets.CopyTo(file.AsSpan((int)offset));
            result = file;
        }
    }

    private sealed class Store(CrashDisk disk, int life) : IQueueStore
    {
        public string Directory => "/simulated";

        public IReadOnlyList<string> List()
        {
            lock (disk._lock)
            {
                return [.. disk._names.Keys];
            }
        }

        public IQueueFile Open(string name, QueueFileMode mode)
        {
            Inode? inode = null;
            lock (disk._lock)
            {
                bool exists = disk._names.TryGetValue(name, out inode);
                if (exists == (mode is QueueFileMode.Create or QueueFileMode.CreateUncached))
                {
                    throw Failure("open", name, exists ? 17 : 2);
                }
            }

            if (inode is null)
            {
                var created = new Inode();
                disk.Step(life, "create", name, crashed => disk.Change(names => names[name] = created));
                inode = created;
            }

            return new OpenFile(disk, life, name, inode!, mode == QueueFileMode.WriteThrough);
        }

        public void Rename(string from, string to) => disk.Step(life, "rename", from, _ =>
        {
            Inode inode = disk._names[from];
            disk.Change(names =>
            {
                names.Remove(from);
                names[to] = inode;
            });
        });

        public void Delete(string name)
            => disk.Step(life, "unlink", name, _ => disk.Change(names => names.Remove(name)));

        public void SyncDirectory() => disk.Step(life, "fsync", "/simulated", crashed =>
        {
            if (!crashed)
            {
                disk._durableNames = new Dictionary<string, Inode>(disk._names);
                disk._directoryChanges.Clear();
            }
        });

        public void Dispose()
        {
        }
    }

    private sealed class OpenFile(CrashDisk disk, int life, string name, Inode inode, bool isWriteThrough) : IQueueFile
    {
        public long Length
        {
            get
            {
                lock (disk._lock)
                {
                    return inode.Cached.Length;
                }
            }
        }

        public int Read(long offset, Span<byte> destination)
        {
            lock (disk._lock)
            {
                int count = (int)Math.Clamp(inode.Cached.Length - offset, 0, destination.Length);
                inode.Cached.AsSpan((int)Math.Min(offset, inode.Cached.Length), count).CopyTo(destination);
                return count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            byte[] octets = source.ToArray();
            disk.Step(life, "pwrite", name, crashed =>
            {
                if (crashed)
                {
                    inode.Tear(offset, octets, disk._random);
                }
                else
                {
                    inode.Write(offset, octets, isWriteThrough);
                }
            });
        }

        public void Sync() => disk.Step(life, "fdatasync", name, crashed =>
        {
            if (!crashed)
            {
                inode.Sync();
            }
        });

        public void Dispose()
        {
        }
    }
}
