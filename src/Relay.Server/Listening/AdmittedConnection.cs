using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Relay.Server.Listening;

/// <summary>
/// A connection with what accept control decided about it. Gives its place back when it is disposed of.
/// </summary>
internal sealed class AdmittedConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly AcceptControl _control;
    private int _left;

    public AdmittedConnection(
        ConnectionContext inner,
        AcceptControl control,
        IPAddress? address,
        AdmissionResult admission)
    {
        _inner = inner;
        _control = control;
        Address = address;
        Admission = admission;
    }

    /// <summary>The client's that it is counted for; null if it has none, or a proxy has not told it yet.</summary>
    public IPAddress? Address { get; private set; }

    public AdmissionResult Admission { get; }

    /// <summary>Connections of its address within the last minute, this one included.</summary>
    public int Rate { get; set; }

    /// <summary>Open connections of its address, this one included if it was admitted.</summary>
    public int Open { get; set; }

    /// <summary>A proxy says whose the connection is: from here on it is counted for that address.</summary>
    public AdmissionResult EnterAs(IPAddress address)
    {
        AdmissionResult admission = _control.EnterAs(Address, address, out int rate, out int open);
        Rate = rate;
        Open = open;
        Address = admission == AdmissionResult.Admitted ? address : Address;
        return admission;
    }

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
                _control.Leave(Address);
            }

            await base.DisposeAsync();
        }
    }
}
