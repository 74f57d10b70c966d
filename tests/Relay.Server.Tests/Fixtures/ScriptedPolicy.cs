using System.Text;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// Accepts everything but what it is told to refuse; decides at once, or when the test completes the decision of an
/// address in <see cref="Slow"/>.
/// </summary>
internal sealed class ScriptedPolicy : IConnectionPolicy, IRecipientPolicy
{
    /// <summary>The answer to the connection; null accepts.</summary>
    public string? ConnectionRefusal { get; set; }

    public Dictionary<string, string> Refusals { get; } = new()
    {
        ["refused@denied.example"] = "550 5.7.1 <refused@denied.example>... Relaying denied",
        ["bye@denied.example"] = "421 4.7.0 Go away",
    };

    public Dictionary<string, TaskCompletionSource<PolicyDecision>> Slow { get; } = [];

    public List<string> Asked { get; } = [];

    public ValueTask<PolicyDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation) =>
        new(ConnectionRefusal is { } refusal ? Refuse(refusal) : PolicyDecision.Accept);

    public ValueTask<PolicyDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath) =>
        Decide(reversePath);

    public ValueTask<PolicyDecision> OnRcptAsync(
        ClientIdentity client,
        Envelope envelope,
        ReadOnlyMemory<byte> forwardPath) => Decide(forwardPath);

    private static PolicyDecision Refuse(string reply) => PolicyDecision.Refuse(Encoding.UTF8.GetBytes(reply));

    private ValueTask<PolicyDecision> Decide(ReadOnlyMemory<byte> path)
    {
        string mailbox = Encoding.UTF8.GetString(path.Span);
        Asked.Add(mailbox);
        if (Slow.TryGetValue(mailbox, out TaskCompletionSource<PolicyDecision>? decision))
        {
            return new ValueTask<PolicyDecision>(decision.Task);
        }

        return new ValueTask<PolicyDecision>(
            Refusals.TryGetValue(mailbox, out string? refusal) ? Refuse(refusal) : PolicyDecision.Accept);
    }
}
