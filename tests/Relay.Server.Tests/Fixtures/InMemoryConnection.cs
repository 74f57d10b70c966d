using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Relay.Server.Listening;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// A connection over a pair of pipes with inline scheduling: when a flush of the client returns, the server has done
/// everything that it can do with what was sent, and its replies lie in the output. Nothing here waits for time.
/// </summary>
internal sealed class InMemoryConnection : ConnectionContext
{
    private readonly Pipe _toServer;
    private readonly Pipe _toClient;
    private readonly CancellationTokenSource _closed = new();

    public InMemoryConnection(EndPoint? remote = null)
    {
        // Blocks as in the program, of a pool of its own: from one in common, sessions that other tests hold open
        // would take what this one gives back, and it would have to allocate.
        var inline = new PipeOptions(
            new BlockMemoryPool(),
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: 128 * 1024,
            resumeWriterThreshold: 64 * 1024,
            minimumSegmentSize: BlockMemoryPool.BlockSize,
            useSynchronizationContext: false);
        _toServer = new Pipe(inline);
        _toClient = new Pipe(inline);
        Transport = new DuplexPipe(_toServer.Reader, _toClient.Writer);
        RemoteEndPoint = remote ?? new IPEndPoint(IPAddress.Parse("192.0.2.7"), 40000);
        ConnectionClosed = _closed.Token;
    }

    /// <summary>What the client writes.</summary>
    public PipeWriter ClientOutput => _toServer.Writer;

    /// <summary>What the client reads.</summary>
    public PipeReader ClientInput => _toClient.Reader;

    public bool IsAborted { get; private set; }

    public override string ConnectionId { get; set; } = "test";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        IsAborted = true;
        _toServer.Writer.Complete(abortReason);
        _toClient.Reader.Complete();
        _closed.Cancel();
    }

    /// <summary>Everything that the server has written since the last call.</summary>
    public byte[] TakeReplies(out bool closed)
    {
        closed = false;
        if (IsAborted || !ClientInput.TryRead(out ReadResult read))
        {
            return [];
        }

        byte[] octets = read.Buffer.ToArray();
        closed = read.IsCompleted;
        ClientInput.AdvanceTo(read.Buffer.End);
        return octets;
    }

    /// <summary>Reads and forgets what the server has written.</summary>
    public void DiscardReplies()
    {
        if (ClientInput.TryRead(out ReadResult read))
        {
            ClientInput.AdvanceTo(read.Buffer.End);
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
