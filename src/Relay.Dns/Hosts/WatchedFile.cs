namespace Relay.Dns.Hosts;

/// <summary>
/// What a small file of the system says, read again when it changes. Reading happens on the pool: whoever asks gets
/// what is known and never waits. A file that is missing or cannot be read is an empty one. Thread-safe.
/// </summary>
internal sealed class WatchedFile<T> : IThreadPoolWorkItem
    where T : class
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Func<string, T> _parse;
    private readonly TimeProvider _time;
    private (DateTime Written, long Length) _stamp;
    private volatile T _current;
    private long _nextLook;

    public WatchedFile(string path, Func<string, T> parse, TimeProvider time)
    {
        _path = path;
        _parse = parse;
        _time = time;
        _stamp = Stamp();
        _current = parse(Read());
        _nextLook = NextLook();
    }

    public T Current
    {
        get
        {
            long due = Volatile.Read(ref _nextLook);
            if (_time.GetTimestamp() >= due && _path.Length > 0
                && Interlocked.CompareExchange(ref _nextLook, long.MaxValue, due) == due)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            return _current;
        }
    }

    /// <summary>Looks whether the file has changed, and reads it if so; one caller at a time.</summary>
    public void Execute()
    {
        (DateTime Written, long Length) stamp = Stamp();
        if (stamp != _stamp)
        {
            _stamp = stamp;
            _current = _parse(Read());
        }

        Volatile.Write(ref _nextLook, NextLook());
    }

    private long NextLook() => _time.GetTimestamp() + (long)(_interval.TotalSeconds * _time.TimestampFrequency);

    private (DateTime Written, long Length) Stamp()
    {
        try
        {
            var file = new FileInfo(_path.Length > 0 ? _path : ".");
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private string Read()
    {
        try
        {
            return File.Exists(_path) ? File.ReadAllText(_path) : string.Empty;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
