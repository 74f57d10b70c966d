using Relay.Server.Policies;

namespace Relay.Host.Running;

/// <summary>Everyone may connect; what they may send is the recipient policy's business.</summary>
internal sealed class OpenConnectionPolicy : IConnectionPolicy
{
    public ValueTask<ConnectionDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation) =>
        ValueTask.FromResult(ConnectionDecision.Accept);
}
