namespace Relay.Server.Policies;

/// <summary>
/// Accept, or the refusal to send. Refusals are complete replies without CRLF, e.g. <c>550 5.7.1 …</c>.
/// </summary>
public readonly struct PolicyDecision
{
    private PolicyDecision(byte[] refusal)
    {
        Refusal = refusal;
    }

    public static PolicyDecision Accept => default;

    public bool IsAccepted => Refusal is null;

    /// <summary>One line without CRLF; a 421 also ends the session. Null if accepted.</summary>
    public byte[]? Refusal { get; }

    public static PolicyDecision Refuse(byte[] reply) => new(reply);
}
