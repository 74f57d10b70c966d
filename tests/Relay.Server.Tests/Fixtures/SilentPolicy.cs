using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <summary>Accepts everything and allocates nothing.</summary>
internal sealed class SilentPolicy : IConnectionPolicy, IRecipientPolicy
{
    public ValueTask<ConnectionDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation) => default;

    public ValueTask<MailDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath) => default;

    public ValueTask<RcptDecision> OnRcptAsync(
        ClientIdentity client,
        Envelope envelope,
        ReadOnlyMemory<byte> forwardPath) => default;
}
