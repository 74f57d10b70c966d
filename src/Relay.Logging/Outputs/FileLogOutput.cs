using Microsoft.Win32.SafeHandles;

namespace Relay.Logging.Outputs;

/// <summary>
/// Lines at the end of a file (mode 0640). A file that was renamed or removed by a rotation is noticed within a second
/// of the next line and begun anew; one that was cut (copytruncate) goes on at its new end.
/// </summary>
public sealed class FileLogOutput : LogOutput
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private SafeFileHandle _handle;
    private string? _openedAs;
    private bool _hasEnd;
    private long _looked;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public FileLogOutput(string path, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _time = time;
        _handle = Open();
    }

    public override long Write(ReadOnlySpan<byte> lines)
    {
        if (_time.GetElapsedTime(_looked) >= LookEvery)
        {
            _looked = _time.GetTimestamp();
            if (_hasEnd && !string.Equals(NameOf(_handle), _openedAs, StringComparison.Ordinal))
            {
                Reopen();
            }
        }

        long end = 0;
        try
        {
            // The end is asked for each time: the runtime knows no O_APPEND, and a rotation may have cut the file.
            end = _hasEnd ? RandomAccess.GetLength(_handle) : 0;
            RandomAccess.Write(_handle, lines, end);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            RemoveCutLine(end);
            return CountLines(lines);
        }
    }

    public override string? Reopen()
    {
        try
        {
            SafeFileHandle old = _handle;
            _handle = Open();
            old.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{_path} cannot be opened anew: {exception.Message}";
        }
    }

    public override void Dispose() => _handle.Dispose();

    /// <summary>The name that the open file has now: Linux follows renames, and marks what was removed.</summary>
    private static string? NameOf(SafeFileHandle handle)
    {
        try
        {
            return new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private SafeFileHandle Open()
    {
        bool isNew = !File.Exists(_path);
        SafeFileHandle handle = File.OpenHandle(
            _path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (isNew)
        {
            File.SetUnixFileMode(handle, Mode);
        }

        _openedAs = NameOf(handle);
        _looked = _time.GetTimestamp();
        try
        {
            _ = RandomAccess.GetLength(handle);
            _hasEnd = true;
        }
        catch (NotSupportedException)
        {
            _hasEnd = false; // a pipe or a terminal
        }

        return handle;
    }

    /// <summary>A full disk takes part of a line: what follows must begin a line of its own.</summary>
    private void RemoveCutLine(long end)
    {
        try
        {
            if (_hasEnd && RandomAccess.GetLength(_handle) > end)
            {
                RandomAccess.SetLength(_handle, end);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // the next line shares one with the cut one: no more can be done
        }
    }
}
