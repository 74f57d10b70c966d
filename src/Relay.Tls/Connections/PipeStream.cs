using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Relay.Tls.Connections;

/// <summary>
/// A connection's pipes as the stream that the TLS engine wants. While a handshake runs, what it computes is moved to
/// the thread pool: sockets' threads carry everybody's sessions. One reader and one writer, never both at once.
/// </summary>
internal sealed class PipeStream(IDuplexPipe transport) : Stream
{
    private readonly PipeReader _input = transport.Input;
    private readonly PipeWriter _output = transport.Output;

    /// <summary>Each write is sent at once, and each read goes on on the thread pool.</summary>
    public bool IsHandshaking { get; set; } = true;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>An empty buffer waits for input and takes none.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_output.UnflushedBytes > 0 || IsHandshaking)
        {
            return WaitAsync(buffer, cancellationToken);
        }

        ValueTask<ReadResult> read = _input.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully && TryTake(read.Result, buffer.Span, out int length)
            ? new ValueTask<int>(length)
            : WaitAsync(read.IsCompletedSuccessfully ? _input.ReadAsync(cancellationToken) : read, buffer,
                cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _output.Write(buffer.Span);
        return IsHandshaking ? FlushToPipeAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ValueTask flush = FlushToPipeAsync(cancellationToken);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_output.UnflushedBytes > 0)
        {
            await FlushToPipeAsync(cancellation); // the peer may wait for it before it says more
        }

        return await WaitAsync(_input.ReadAsync(cancellation), buffer, cancellation);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(
        ValueTask<ReadResult> read, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await read;
            if (IsHandshaking)
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            if (TryTake(result, buffer.Span, out int length))
            {
                return length;
            }

            read = _input.ReadAsync(cancellation); // woken for something that the session looks after
        }
    }

    private bool TryTake(in ReadResult result, Span<byte> destination, out int length)
    {
        ReadOnlySequence<byte> input = result.Buffer;
        length = (int)Math.Min(input.Length, destination.Length);
        input.Slice(0, length).CopyTo(destination);
        _input.AdvanceTo(input.GetPosition(length));
        return !input.IsEmpty || result.IsCompleted;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushToPipeAsync(CancellationToken cancellation)
    {
        FlushResult flush = await _output.FlushAsync(cancellation);
        if (flush.IsCompleted)
        {
            throw new IOException("The peer closed the connection.");
        }
    }
}
