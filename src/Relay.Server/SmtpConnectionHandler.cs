using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Relay.Server.Listening;
using Relay.Server.Policies;
using Relay.Server.Sessions;
using Relay.Smtp;
using Relay.Smtp.Replies;

namespace Relay.Server;

/// <summary>
/// Runs one session per connection of one listener; connections beyond the limits are told so and closed.
/// Completes the connection's pipes; its caller disposes of it. Thread-safe.
/// </summary>
internal sealed class SmtpConnectionHandler(SmtpServerContext server, string listener) : ConnectionHandler
{
    private readonly byte[] _listenerName = Encoding.UTF8.GetBytes(listener);
    private volatile ListenerModifiers _modifiers;
    private volatile bool _expectsProxy;
    private volatile int _delayLoad;
    private volatile int _queueLoad;
    private volatile bool _queuesOnly;

    /// <summary>New sessions take these.</summary>
    public ListenerModifiers Modifiers
    {
        get => _modifiers;
        set => _modifiers = value;
    }

    /// <summary>Clients are users of this machine, named by the kernel.</summary>
    public bool IdentifiesUsers { get; init; }

    /// <summary>New connections begin with a header of the PROXY protocol.</summary>
    public bool ExpectsProxy
    {
        get => _expectsProxy;
        set => _expectsProxy = value;
    }

    /// <summary>New sessions take it; 0 is that of all listeners.</summary>
    public int DelayLoad
    {
        get => _delayLoad;
        set => _delayLoad = value;
    }

    /// <summary>New sessions take it; 0 is none.</summary>
    public int QueueLoad
    {
        get => _queueLoad;
        set => _queueLoad = value;
    }

    /// <summary>New sessions' mail is queued only.</summary>
    public bool QueuesOnly
    {
        get => _queuesOnly;
        set => _queuesOnly = value;
    }

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (connection is AdmittedConnection { Admission: not AdmissionResult.Admitted } refused)
        {
            await RefuseAsync(refused);
        }
        else
        {
            await RunSessionAsync(connection);
        }

        await connection.Transport.Output.CompleteAsync();
        await connection.Transport.Input.CompleteAsync();
    }

    private async ValueTask RunSessionAsync(ConnectionContext connection)
    {
        var session = new SmtpSession(connection, server, Identify(connection), _listenerName, ExpectsProxy);
        server.Sessions.Add(session);
        try
        {
            await session.RunAsync();
        }
        finally
        {
            server.Sessions.Remove(session);
        }
    }

    private async ValueTask RefuseAsync(AdmittedConnection connection)
    {
        server.Counters.ConnectionRefused();
        if ((Modifiers & ListenerModifiers.ImplicitTls) != 0)
        {
            return; // without a handshake nothing can be said, and a handshake is what there is no room for
        }

        ReplyWriter.Write(
            connection.Transport.Output,
            connection.Admission switch
            {
                AdmissionResult.TooMany => server.Settings.TooManyConnections,
                AdmissionResult.Overloaded => server.Settings.Overloaded,
                _ => Replies.TooManyConnectionsFromAddress,
            });
        try
        {
            await connection.Transport.Output.FlushAsync();
        }
        catch (IOException)
        {
            // gone before it could be told
        }
    }

    /// <summary>A client on a Unix-domain socket is this host.</summary>
    private ClientIdentity Identify(ConnectionContext connection)
    {
        var remote = connection.RemoteEndPoint as IPEndPoint;
        var admitted = connection as AdmittedConnection;
        (int Process, uint User)? peer = IdentifiesUsers
            ? PeerCredentials.Of(connection.Features.Get<IConnectionSocketFeature>()?.Socket)
            : null;
        ListenerModifiers modifiers = Modifiers;
        IPAddress? local = connection.LocalEndPoint is IPEndPoint endPoint
            ? ClientIdentity.Unmapped(endPoint.Address)
            : null;
        return new ClientIdentity(remote?.Address ?? IPAddress.Loopback, remote?.Port ?? 0, listener)
        {
            Modifiers = modifiers,
            DelayLoad = DelayLoad,
            QueueLoad = QueueLoad,
            QueuesOnly = QueuesOnly,
            ArrivalAddress = ClientIdentity.UsesOf(modifiers) == ArrivalUses.None
                ? []
                : local?.GetAddressBytes() ?? [],
            LocalUserId = peer?.User,
            LocalProcessId = peer?.Process ?? 0,
            LocalAddress = local,
            ConnectionRate = admitted?.Rate ?? 0,
            OpenConnections = admitted?.Open ?? 0,
        };
    }
}
