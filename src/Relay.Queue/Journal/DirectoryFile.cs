using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Relay.Queue.Journal;

/// <summary>A file on a real file system, by positional system calls on one descriptor.</summary>
internal sealed class DirectoryFile : IQueueFile
{
    private const int SeekEnd = 2;

    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private bool _isUncached;

    /// <param name="isUncached">Asks for O_DIRECT, which not every file system has.</param>
    public DirectoryFile(SafeFileHandle handle, string path, bool isUncached)
    {
        _handle = handle;
        _path = path;
        _isUncached = isUncached && LinuxCalls.Control(handle, LinuxCalls.SetStatusFlags, LinuxCalls.Direct) == 0;
    }

    public long Length
    {
        get
        {
            long length = LinuxCalls.Seek(_handle, 0, SeekEnd);
            return length >= 0 ? length : throw Failure("lseek");
        }
    }

    public unsafe int Read(long offset, Span<byte> destination)
    {
        int done = 0;
        fixed (byte* start = destination)
        {
            while (done < destination.Length)
            {
                nint count = LinuxCalls.Read(_handle, start + done, destination.Length - done, offset + done);
                if (count == 0)
                {
                    break;
                }

                if (count > 0)
                {
                    done += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != LinuxCalls.Interrupted)
                {
                    throw Failure("pread");
                }
            }
        }

        return done;
    }

    public unsafe void Write(long offset, ReadOnlySpan<byte> source)
    {
        int done = 0;
        fixed (byte* start = source)
        {
            while (done < source.Length)
            {
                nint count = LinuxCalls.Write(_handle, start + done, source.Length - done, offset + done);
                if (count > 0)
                {
                    done += (int)count;
                }
                else if (count == 0 || (Marshal.GetLastPInvokeError() != LinuxCalls.Interrupted && !TryCached()))
                {
                    throw Failure("pwrite");
                }
            }
        }
    }

    public void Sync()
    {
        if (LinuxCalls.DataSyncFile(_handle) != 0)
        {
            throw Failure("fdatasync");
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>
    /// After a write that failed: true if it was refused for going past the page cache (a larger sector than ours, or
    /// the rest of one that was cut short); the next one goes through it.
    /// </summary>
    private bool TryCached()
    {
        bool wasUncached = _isUncached;
        int errno = Marshal.GetLastPInvokeError();
        if (wasUncached && errno == LinuxCalls.InvalidArgument)
        {
            _isUncached = false;
            return LinuxCalls.Control(_handle, LinuxCalls.SetStatusFlags, 0) == 0;
        }

        return false;
    }

    private QueueFileException Failure(string operation)
        => new(operation, _path, Marshal.GetLastPInvokeError());
}
