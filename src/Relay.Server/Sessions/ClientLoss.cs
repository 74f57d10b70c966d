using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Relay.Server.Sessions;

/// <summary>
/// Ends what a session waits for (a name, a list) when nobody is left to answer: the client has reset the connection,
/// or this side has cut it. A client that has only ended its own side (RFC 9293 §3.6, half-closed) is there and hears
/// its replies. A reset behind that end is not seen before something is written. Thread-safe.
/// </summary>
internal sealed class ClientLoss : IAsyncDisposable
{
    [SuppressMessage(
        "Usage", "CA2213", Justification = "Cancelled by any thread, at any time; it holds nothing to give back.")]
    private readonly CancellationTokenSource _source = new();

    private readonly Socket? _socket;
    private readonly CancellationTokenRegistration _closed;

    public ClientLoss(ConnectionContext connection)
    {
        _socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        _closed = connection.ConnectionClosed.UnsafeRegister(static loss => ((ClientLoss)loss!).OnClosed(), this);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>This side cuts the connection.</summary>
    public void Cancel() => _source.Cancel();

    public ValueTask DisposeAsync() => _closed.DisposeAsync();

    /// <summary>The transport reads no more; its socket is connected still if it has read the client's end.</summary>
    private void OnClosed()
    {
        if (_socket is not { Connected: true })
        {
            _source.Cancel();
        }
    }
}
