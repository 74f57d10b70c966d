using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Relay.Queue.Journal;

/// <summary>A file on a real file system, by positional system calls on one descriptor.</summary>
internal sealed class DirectoryFile : IQueueFile
{
    private const int SeekEnd = 2;

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    public DirectoryFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
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
                else if (count == 0 || Marshal.GetLastPInvokeError() != LinuxCalls.Interrupted)
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

    private QueueFileException Failure(string operation)
        => new(operation, _path, Marshal.GetLastPInvokeError());
}
