namespace Relay.Logging.Outputs;

/// <summary>
/// Lines in a file that never takes more than a number of octets: at half of them the file becomes <c>NAME.1</c> in
/// the place of the one before, and a new one is begun.
/// </summary>
public sealed class BoundedFileOutput : LogOutput
{
    private readonly string _path;
    private readonly long _half;
    private readonly TimeProvider _time;
    private FileLogOutput _file;
    private long _length;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public BoundedFileOutput(string path, long lengthMax, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _half = lengthMax / 2;
        _time = time;
        _file = new FileLogOutput(_path, time);
        _length = new FileInfo(_path).Length;
    }

    /// <summary>The file before the present one.</summary>
    public static string OlderPath(string path) => path + ".1";

    public override long Write(ReadOnlySpan<byte> lines)
    {
        long lost = 0;
        while (!lines.IsEmpty)
        {
            int fitting = WholeLines(lines, _half - _length);
            if (fitting == 0)
            {
                if (_length > 0 && TryTurnOver())
                {
                    continue;
                }

                fitting = lines.IndexOf((byte)'\n') + 1;
            }

            long lostNow = _file.Write(lines[..fitting]);
            _length += lostNow == 0 ? fitting : 0;
            lost += lostNow;
            lines = lines[fitting..];
        }

        return lost;
    }

    public override void Dispose() => _file.Dispose();

    private static int WholeLines(ReadOnlySpan<byte> lines, long room) =>
        lines.Length <= room ? lines.Length : lines[..(int)Math.Max(0, room)].LastIndexOf((byte)'\n') + 1;

    private bool TryTurnOver()
    {
        try
        {
            File.Move(_path, OlderPath(_path), overwrite: true);
            FileLogOutput next = new(_path, _time);
            _file.Dispose();
            _file = next;
            _length = 0;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The present one goes on; the next line tries again.
            return false;
        }
    }
}
