namespace Relay.LoadGenerator.Sink;

/// <summary>What a verifying sink found.</summary>
public sealed record VerificationReport
{
    /// <summary>Different message ids received.</summary>
    public long Messages { get; init; }

    /// <summary>Different pairs of message and recipient received.</summary>
    public long Deliveries { get; init; }

    /// <summary>Transactions whose content was as sent.</summary>
    public long Intact { get; init; }

    public long LedgerEntries { get; init; }

    /// <summary>Messages of the ledger (or of the expected number) that are missing for a recipient.</summary>
    public long Lost { get; init; }

    /// <summary>Deliveries to a recipient that had the message already.</summary>
    public long Duplicated { get; init; }

    public long Corrupted { get; init; }

    /// <summary>Messages without an id, such as bounces.</summary>
    public long Unidentified { get; init; }

    public IReadOnlyList<string> LostExamples { get; init; } = [];

    public IReadOnlyList<string> DuplicatedExamples { get; init; } = [];

    public IReadOnlyList<string> CorruptedExamples { get; init; } = [];
}
