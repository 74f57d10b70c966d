using System.Text;
using Relay.Routing.Clients;
using Relay.Server.Policies;

namespace Relay.Host.Tables;

/// <summary>What the rules know of a session: kept with the client's identity, used by one thread at a time.</summary>
internal sealed class ClientState(ClientFacts facts)
{
    private byte[] _sender = [];

    public ClientFacts Facts { get; private set; } = facts;

    /// <summary>The sender as it was given, where the envelope has another one; null otherwise.</summary>
    public byte[]? GivenSender { get; set; }

    /// <summary>
    /// A copy of the sender for checks at RCPT that may take their time; it holds until the next one is made.
    /// </summary>
    public ReadOnlyMemory<byte> Remember(ReadOnlySpan<byte> sender)
    {
        if (_sender.Length < sender.Length)
        {
            _sender = new byte[sender.Length];
        }

        sender.CopyTo(_sender);
        return _sender.AsMemory(0, sender.Length);
    }

    /// <summary>The state of a client; made on the spot for one that no connection policy has seen.</summary>
    public static ClientState Of(ClientIdentity client)
    {
        if (client.PolicyState is not ClientState state)
        {
            state = new ClientState(Make(client, client.Resolution switch
            {
                _ when client.HostName is not null => Routing.Clients.ClientResolution.Ok,
                Server.Policies.ClientResolution.Forged => Routing.Clients.ClientResolution.Forged,
                Server.Policies.ClientResolution.Temp => Routing.Clients.ClientResolution.Temp,
                _ => Routing.Clients.ClientResolution.Fail,
            }, client.HostName ?? client.PtrName));
            client.PolicyState = state;
        }

        // TLS begins a session anew: what was known before, an authentication too, counts no more.
        if (!ReferenceEquals(client.Tls, state.Facts.Tls)
            || client.AuthenticatedIdentity is null != state.Facts.AuthenticatedIdentity.IsEmpty)
        {
            state.Facts = Make(client, state.Facts.Resolution, state.Facts.Pointer);
        }

        return state;
    }

    /// <summary>The facts with what the listener and the session add.</summary>
    public static ClientFacts Make(
        ClientIdentity client, Routing.Clients.ClientResolution resolution, string? pointer) =>
        new(client.Address, resolution, pointer)
        {
            AllowsUnqualified = client.Modifiers.HasFlag(ListenerModifiers.AllowUnqualified),
            RequiresFullDomain = client.Modifiers.HasFlag(ListenerModifiers.RequireQualifiedHosts),
            AuthenticatedIdentity = client.AuthenticatedIdentity is { } identity
                ? Encoding.UTF8.GetBytes(identity)
                : default,
            Tls = client.Tls,
            IsLocalUser = client.LocalUserId is not null,
            IsAuthenticated = client.AuthenticatedIdentity is not null && client.MayRelayByAuthentication,
        };
}
