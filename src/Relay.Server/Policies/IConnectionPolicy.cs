namespace Relay.Server.Policies;

/// <summary>Decides about a connection before the greeting. One of the seams for access control.</summary>
public interface IConnectionPolicy
{
    ValueTask<PolicyDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation);
}
