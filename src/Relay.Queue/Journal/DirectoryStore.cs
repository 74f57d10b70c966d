using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Relay.Queue.Journal;

/// <summary>
/// A queue's directory on a real file system, locked for this process (flock on q.lock): directory 0700, files 0600.
/// </summary>
internal sealed class DirectoryStore : IQueueStore
{
    private const string LockName = "q.lock";

    private readonly SafeFileHandle _lock;
    private readonly int _writeFlags;

    private DirectoryStore(string directory, SafeFileHandle fileLock, bool synchronousWrites)
    {
        Directory = directory;
        _lock = fileLock;
        _writeFlags = LinuxCalls.ReadWrite | (synchronousWrites ? LinuxCalls.DataSync : 0);
    }

    public string Directory { get; }

    /// <summary>Makes the directory if it is missing and takes its lock.</summary>
    /// <param name="synchronousWrites">False only to measure or to prove: see <see cref="MailQueueOptions"/>.</param>
    /// <exception cref="MailQueueException">Another process has it.</exception>
    public static DirectoryStore Open(string directory, bool synchronousWrites = true)
    {
        string full = Path.GetFullPath(directory);
        if (!System.IO.Directory.Exists(full))
        {
            System.IO.Directory.CreateDirectory(
                full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            SyncDirectory(Path.GetDirectoryName(full) ?? "/");
        }

        string path = Path.Combine(full, LockName);
        SafeFileHandle file = OpenHandle(
            path, LinuxCalls.ReadWrite | LinuxCalls.CreateAny | LinuxCalls.CloseOnExec);
        if (LinuxCalls.Lock(file, LinuxCalls.LockExclusive | LinuxCalls.LockNonBlocking) != 0)
        {
            file.Dispose();
            throw new MailQueueException(
                MailQueueError.StorageFailed,
                $"The queue {full} is in use by another process (it holds the lock on {path}). Stop that one first.");
        }

        return new DirectoryStore(full, file, synchronousWrites);
    }

    public IReadOnlyList<string> List()
        => [.. System.IO.Directory.EnumerateFiles(Directory).Select(path => Path.GetFileName(path))];

    public IQueueFile Open(string name, QueueFileMode mode)
    {
        int flags = LinuxCalls.CloseOnExec | mode switch
        {
            QueueFileMode.Read => LinuxCalls.ReadOnly,
            QueueFileMode.WriteThrough => _writeFlags,
            QueueFileMode.Create or QueueFileMode.CreateUncached => LinuxCalls.ReadWrite | LinuxCalls.CreateNew,
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        string path = PathOf(name);
        return new DirectoryFile(OpenHandle(path, flags), path, isUncached: mode == QueueFileMode.CreateUncached);
    }

    public void Rename(string from, string to)
    {
        if (LinuxCalls.Rename(PathOf(from), PathOf(to)) != 0)
        {
            throw new QueueFileException("rename", PathOf(from), Marshal.GetLastPInvokeError());
        }
    }

    public void Delete(string name)
    {
        if (LinuxCalls.Unlink(PathOf(name)) != 0)
        {
            throw new QueueFileException("unlink", PathOf(name), Marshal.GetLastPInvokeError());
        }
    }

    public void SyncDirectory() => SyncDirectory(Directory);

    /// <summary>
    /// Gives the lock back in so many words: a process being started at this moment has a copy of the descriptor until
    /// its exec, and closing ours alone would leave the lock with that.
    /// </summary>
    public void Dispose()
    {
        if (!_lock.IsClosed)
        {
            _ = LinuxCalls.Lock(_lock, LinuxCalls.LockRelease);
            _lock.Dispose();
        }
    }

    private static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = OpenHandle(path, LinuxCalls.ReadOnly | LinuxCalls.CloseOnExec);
        if (LinuxCalls.SyncFile(directory) != 0)
        {
            throw new QueueFileException("fsync", path, Marshal.GetLastPInvokeError());
        }
    }

    private static SafeFileHandle OpenHandle(string path, int flags)
    {
        while (true)
        {
            int descriptor = LinuxCalls.Open(path, flags, LinuxCalls.OwnerOnly);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno != LinuxCalls.Interrupted)
            {
                throw new QueueFileException("open", path, errno);
            }
        }
    }

    private string PathOf(string name) => Path.Combine(Directory, name);
}
