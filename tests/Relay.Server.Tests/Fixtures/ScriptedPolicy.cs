using System.Text;
using Relay.Server.Policies;
using Relay.Smtp;

namespace Relay.Server.Tests.Fixtures;

/// <summary>
/// Accepts everything but what it is told to refuse; decides at once, or when the test completes the decision of a
/// recipient in <see cref="Slow"/>.
/// </summary>
internal sealed class ScriptedPolicy : IConnectionPolicy, IRecipientPolicy
{
    /// <summary>The answer to the connection; null gives <see cref="Connection"/>.</summary>
    public string? ConnectionRefusal { get; set; }

    public ConnectionDecision Connection { get; set; }

    /// <summary>
    /// If set, the connection is decided when this is: an answer that takes its time, such as the DNS's.
    /// </summary>
    public Func<CancellationToken, Task>? BeforeConnection { get; set; }

    /// <summary>The answer to a TLS session.</summary>
    public string? TlsRefusal { get; set; }

    /// <summary>What the policy learns of a client before it decides.</summary>
    public Action<ClientIdentity>? Identify { get; set; }

    public Dictionary<string, string> Refusals { get; } = new()
    {
        ["refused@denied.example"] = "550 5.7.1 <refused@denied.example>... Relaying denied",
        ["bye@denied.example"] = "421 4.7.0 Go away",
    };

    /// <summary>Decisions about senders.</summary>
    public Dictionary<string, MailDecision> Mail { get; } = [];

    /// <summary>Decisions about recipients.</summary>
    public Dictionary<string, RcptDecision> Rcpt { get; } = [];

    public Dictionary<string, TaskCompletionSource<RcptDecision>> Slow { get; } = [];

    public List<string> Asked { get; } = [];

    public ClientIdentity? Client { get; private set; }

    public ValueTask<ConnectionDecision> OnConnectAsync(ClientIdentity client, CancellationToken cancellation)
    {
        Client = client;
        Identify?.Invoke(client);
        return BeforeConnection is null ? new(Decision) : WaitAsync(BeforeConnection(cancellation));
    }

    public byte[]? OnTls(ClientIdentity client) => TlsRefusal is { } refusal ? Octets(refusal) : null;

    public ValueTask<MailDecision> OnMailAsync(ClientIdentity client, ReadOnlyMemory<byte> reversePath)
    {
        string mailbox = Encoding.UTF8.GetString(reversePath.Span);
        Asked.Add(mailbox);
        return new ValueTask<MailDecision>(
            Refusals.TryGetValue(mailbox, out string? refusal)
                ? MailDecision.Refuse(Octets(refusal))
                : Mail.GetValueOrDefault(mailbox));
    }

    public ValueTask<RcptDecision> OnRcptAsync(
        ClientIdentity client,
        Envelope envelope,
        ReadOnlyMemory<byte> forwardPath)
    {
        string mailbox = Encoding.UTF8.GetString(forwardPath.Span);
        Asked.Add(mailbox);
        if (Slow.TryGetValue(mailbox, out TaskCompletionSource<RcptDecision>? decision))
        {
            return new ValueTask<RcptDecision>(decision.Task);
        }

        return new ValueTask<RcptDecision>(
            Refusals.TryGetValue(mailbox, out string? refusal)
                ? RcptDecision.Refuse(Octets(refusal))
                : Rcpt.GetValueOrDefault(mailbox));
    }

    private ConnectionDecision Decision =>
        ConnectionRefusal is { } refusal ? ConnectionDecision.Refuse(Octets(refusal)) : Connection;

    private async ValueTask<ConnectionDecision> WaitAsync(Task before)
    {
        await before;
        return Decision;
    }

    private static byte[] Octets(string reply) => Encoding.UTF8.GetBytes(reply);
}
