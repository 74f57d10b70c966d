using System.Buffers;
using System.Text.Json;

namespace Relay.Host.Admin;

/// <summary>
/// The answer to one request: any number of lines with a JSON object each, then <c>ok</c> or <c>error …</c>. Lines are
/// sent as they come, so a list of a million messages takes no memory; a client that takes none of them for
/// <see cref="WriteTime"/> is given up. One caller at a time.
/// </summary>
internal sealed class AdminResponse : IDisposable
{
    private const int SendAt = 32 * 1024;

    /// <summary>Long enough for someone who reads the list page by page.</summary>
    public static readonly TimeSpan WriteTime = TimeSpan.FromMinutes(5);

    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public AdminResponse(Stream stream, TimeProvider time)
    {
        _stream = stream;
        _time = time;
        Json = new Utf8JsonWriter(_buffer);
    }

    /// <summary>Writes the object of the present line.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Ends the line; sends when enough has gathered.</summary>
    public ValueTask EndLineAsync(CancellationToken cancellation)
    {
        Json.Flush();
        Json.Reset();
        _buffer.Write("\n"u8);
        return _buffer.WrittenCount >= SendAt ? SendAsync(cancellation) : ValueTask.CompletedTask;
    }

    /// <summary>Sends the lines that have ended.</summary>
    public ValueTask FlushAsync(CancellationToken cancellation) => SendAsync(cancellation);

    /// <summary>Ends the answer.</summary>
    /// <param name="error">What went wrong, without a line break; null if nothing did.</param>
    public ValueTask EndAsync(string? error, CancellationToken cancellation)
    {
        Json.Reset();
        _buffer.Write(System.Text.Encoding.UTF8.GetBytes(error is null ? "ok\n" : $"error {error}\n"));
        return SendAsync(cancellation);
    }

    public void Dispose() => Json.Dispose();

    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(WriteTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        await _stream.WriteAsync(_buffer.WrittenMemory, either.Token);
        _buffer.ResetWrittenCount();
    }
}
