using System.Buffers;
using System.Text.Json;
using Relay.Logging.Outputs;

namespace Relay.Logging.Tracing;

/// <summary>
/// Events in a bounded file (<see cref="BoundedFileOutput"/>), for inquiries that reach further back than memory, and
/// over a restart: JSON lines, written by a thread of its own. Thread-safe.
/// </summary>
public sealed class TraceFile : IMailLog, ITraceSource, IDisposable
{
    private readonly MailLog _log;
    private readonly string _path;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public TraceFile(string path, long lengthMax, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _log = new MailLog(new BoundedFileOutput(_path, lengthMax, time), MailLogFormat.Json, time, identity: null);
    }

    /// <summary>Events lost so far, because the disk could not keep up or failed.</summary>
    public long Dropped => _log.Dropped;

    public void Write(scoped in MailEvent mailEvent) => _log.Write(in mailEvent);

    public void Dispose() => _log.Dispose();

    void ITraceSource.Visit(TraceVisitor visitor)
    {
        _log.Flush();
        foreach (string path in new[] { BoundedFileOutput.OlderPath(_path), _path })
        {
            try
            {
                using var stream = new FileStream(
                    path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                Visit(stream, visitor);
            }
            catch (FileNotFoundException)
            {
                // There is no older one yet.
            }
        }
    }

    private static void Visit(FileStream stream, TraceVisitor visitor)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(256 << 10);
        try
        {
            int filled = 0;
            while (stream.Read(buffer, filled, buffer.Length - filled) is var read and > 0)
            {
                filled += read;
                ReadOnlySpan<byte> rest = buffer.AsSpan(0, filled);
                while (rest.IndexOf((byte)'\n') is var end and >= 0)
                {
                    VisitLine(rest[..end], visitor);
                    rest = rest[(end + 1)..];
                }

                filled = rest.Length == buffer.Length ? 0 : rest.Length;
                rest[..filled].CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void VisitLine(ReadOnlySpan<byte> line, TraceVisitor visitor)
    {
        try
        {
            if (TraceLine.TryRead(line, out TraceLine? read))
            {
                visitor.Visit(read.ToEvent(), read.Time);
            }
        }
        catch (JsonException)
        {
            // A line that a full disk cut.
        }
    }
}
