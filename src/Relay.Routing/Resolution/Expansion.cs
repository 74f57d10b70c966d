namespace Relay.Routing.Resolution;

/// <summary>What becomes of a recipient: itself, others in its place, or a refusal.</summary>
public readonly struct Expansion
{
    private Expansion(byte[]? refusal, IReadOnlyList<ExpandedRecipient>? recipients)
    {
        Refusal = refusal;
        Recipients = recipients;
    }

    /// <summary>The recipient is final as it is.</summary>
    public static Expansion Unchanged => default;

    /// <summary>The complete reply without CRLF; null if there is none.</summary>
    public byte[]? Refusal { get; }

    /// <summary>Who takes its place, each once; null if it stays as it is.</summary>
    public IReadOnlyList<ExpandedRecipient>? Recipients { get; }

    public static Expansion Refuse(byte[] reply) => new(reply, null);

    public static Expansion To(IReadOnlyList<ExpandedRecipient> recipients) => new(null, recipients);
}
