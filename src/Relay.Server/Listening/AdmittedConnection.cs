using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Relay.Server.Listening;

/// <summary>
/// A connection with what accept control decided about it. Gives its place in the <see cref="ConnectionLimits"/> back
/// when it is disposed of.
/// </summary>
internal sealed class AdmittedConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly ConnectionLimits _limits;
    private readonly IPAddress? _address;
    private int _left;

    public AdmittedConnection(
        ConnectionContext inner,
        ConnectionLimits limits,
        IPAddress? address,
        AdmissionResult admission)
    {
        _inner = inner;
        _limits = limits;
        _address = address;
        Admission = admission;
    }

    public AdmissionResult Admission { get; }

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _inner.Transport;
        set => _inner.Transport = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _inner.ConnectionClosed;
        set => _inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _inner.DisposeAsync();
        }
        finally
        {
            if (Admission == AdmissionResult.Admitted && Interlocked.Exchange(ref _left, 1) == 0)
            {
                _limits.Leave(_address);
            }

            await base.DisposeAsync();
        }
    }
}
