using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;

namespace Relay.Tls.Connections;

/// <summary>The pipes of a connection on which TLS is active. Owned by the connection's session.</summary>
public sealed class TlsTransport : IDuplexPipe, IAsyncDisposable
{
    private const int SegmentLength = 4096;

    private readonly PipeStream _inner;
    private readonly SslStream _stream;

    internal TlsTransport(PipeStream inner, SslStream stream, TlsInfo info, MemoryPool<byte> memory)
    {
        inner.IsHandshaking = false;
        _inner = inner;
        _stream = stream;
        Info = info;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(
            memory, SegmentLength, minimumReadSize: SegmentLength / 4, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(memory, SegmentLength, leaveOpen: true));
    }

    public TlsInfo Info { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Says goodbye (RFC 8446 §6.1) if the peer is still there, and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync(new OperationCanceledException()); // what was not flushed is not sent
        await Input.CompleteAsync();
        _inner.IsHandshaking = true;
        try
        {
            await _stream.ShutdownAsync();
        }
        catch (Exception exception)
            when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // gone, or never to be heard of again: nothing is lost by not saying goodbye
        }

        await _stream.DisposeAsync();
    }
}
