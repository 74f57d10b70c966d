using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <summary>Accepts everything and allocates nothing.</summary>
internal sealed class SilentPolicy : IConnectionPolicy, IRecipientPolicy
{
    public ValueTask<PolicyDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation) => default;

    public ValueTask<PolicyDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath) => default;

    public ValueTask<PolicyDecision> OnRcptAsync(
        ClientIdentity client,
        Envelope envelope,
        ReadOnlyMemory<byte> forwardPath) => default;
}
